package dev.sealbox.http;

import dev.sealbox.domain.Refusal;

/** No command is known by this handle, or not any more. */
record NoSuchRun() implements Refusal {
    @Override
    public Kind kind() {
        return Kind.NOT_FOUND;
    }

    @Override
    public String code() {
        return "exec.not-found";
    }

    @Override
    public String message() {
        return "command not found";
    }
}
