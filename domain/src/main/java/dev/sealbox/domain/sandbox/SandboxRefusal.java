package dev.sealbox.domain.sandbox;

import dev.sealbox.domain.Refusal;

/** Why a sandbox will not do what it was asked. */
public sealed interface SandboxRefusal extends Refusal {

    /** Also the answer about a sandbox of another organisation. */
    record NoSuchSandbox() implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "sandbox.not-found";
        }

        @Override
        public String message() {
            return "sandbox not found";
        }
    }

    record AlreadyExists() implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.CONFLICT;
        }

        @Override
        public String code() {
            return "sandbox.exists";
        }

        @Override
        public String message() {
            return "the sandbox exists";
        }
    }

    /** Its files and commands are gone for good. */
    record Stopped() implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.GONE;
        }

        @Override
        public String code() {
            return "sandbox.stopped";
        }

        @Override
        public String message() {
            return "the sandbox has been stopped";
        }
    }

    record NotRunning(String status) implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "sandbox.not-running";
        }

        @Override
        public String message() {
            return "the sandbox is not running: it is " + status;
        }
    }

    /** It is being started; a repeat may succeed. */
    record NotReady() implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_READY;
        }

        @Override
        public String code() {
            return "sandbox.not-ready";
        }

        @Override
        public String message() {
            return "the sandbox is not ready yet";
        }
    }

    /** No host can take it now. */
    record NoHost() implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_READY;
        }

        @Override
        public String code() {
            return "sandbox.no-host";
        }

        @Override
        public String message() {
            return "no host can run the sandbox now";
        }
    }

    record StartFailed(String reason) implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_READY;
        }

        @Override
        public String code() {
            return "sandbox.start-failed";
        }

        @Override
        public String message() {
            return "the sandbox could not be started: " + reason;
        }
    }

    record UnknownTemplate() implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "sandbox.unknown-template";
        }

        @Override
        public String message() {
            return "template not found";
        }
    }

    record CheckpointNameTaken(String name) implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.CONFLICT;
        }

        @Override
        public String code() {
            return "checkpoint.name-taken";
        }

        @Override
        public String message() {
            return "a checkpoint with this name exists in the sandbox: " + name;
        }
    }

    record TooManyCheckpoints(int limit) implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "checkpoint.too-many";
        }

        @Override
        public String message() {
            return "the sandbox has reached its limit of " + limit + " checkpoints of this kind";
        }
    }

    /** The checkpoint's stores and the requested one are more than a sandbox may have. */
    record TooManyStores(int limit) implements SandboxRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "sandbox.too-many-stores";
        }

        @Override
        public String message() {
            return "a sandbox has at most " + limit + " secret stores layered";
        }
    }
}
