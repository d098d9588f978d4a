package dev.sealbox.domain.checkpoint;

import dev.sealbox.domain.Refusal;

/** Why a checkpoint will not do what it was asked. */
public sealed interface CheckpointRefusal extends Refusal {

    /** Also the answer about a checkpoint of another organisation. */
    record NoSuchCheckpoint() implements CheckpointRefusal {
        @Override
        public Kind kind() {
            return Kind.NOT_FOUND;
        }

        @Override
        public String code() {
            return "checkpoint.not-found";
        }

        @Override
        public String message() {
            return "checkpoint not found";
        }
    }

    record AlreadyExists() implements CheckpointRefusal {
        @Override
        public Kind kind() {
            return Kind.CONFLICT;
        }

        @Override
        public String code() {
            return "checkpoint.exists";
        }

        @Override
        public String message() {
            return "the checkpoint exists";
        }
    }

    record OfAnotherSandbox() implements CheckpointRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "checkpoint.of-another-sandbox";
        }

        @Override
        public String message() {
            return "the checkpoint belongs to another sandbox";
        }
    }

    /** It is still processing after the wait that the contract grants. */
    record NotReadyInTime() implements CheckpointRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "checkpoint.not-ready";
        }

        @Override
        public String message() {
            return "the checkpoint is not ready";
        }
    }

    record Failed(String reason) implements CheckpointRefusal {
        @Override
        public Kind kind() {
            return Kind.INVALID;
        }

        @Override
        public String code() {
            return "checkpoint.failed";
        }

        @Override
        public String message() {
            return "the checkpoint failed: " + reason;
        }
    }
}
