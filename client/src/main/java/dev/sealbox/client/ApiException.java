package dev.sealbox.client;

/** The server refused a request or could not be reached. The message is the server's own line and holds no secret. */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final String requestId;

    public ApiException(int status, String code, String message, String requestId) {
        super(message);
        this.status = status;
        this.code = code;
        this.requestId = requestId;
    }

    ApiException(String code, String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
        this.code = code;
        this.requestId = "";
    }

    /** The HTTP status; 0 when no answer came. */
    public int status() {
        return status;
    }

    /** The machine-readable reason, such as {@code store.name-taken}; empty when the server gave none. */
    public String code() {
        return code;
    }

    /** What the server's log and audit trail know the request by; empty when no answer came. */
    public String requestId() {
        return requestId;
    }
}
