package dev.sealbox.proxy.codec;

/** A request's first line and fields. It prints without its target, which may hold a token. */
public record RequestHead(String method, String target, boolean http10, Fields fields) {

    /** Whether the client wants to go on using the connection afterwards. */
    public boolean keepsAlive() {
        return http10
                ? fields.lists("connection", "keep-alive") || fields.lists("proxy-connection", "keep-alive")
                : !fields.lists("connection", "close");
    }

    /** Whether it asks for a WebSocket. */
    public boolean asksForWebSocket() {
        return fields.lists("connection", "upgrade") && fields.lists("upgrade", "websocket") && !http10;
    }

    /** Whether it is a call of gRPC. */
    public boolean isGrpc() {
        var type = fields.first("content-type");
        return type != null && type.regionMatches(true, 0, "application/grpc", 0, 16);
    }

    /** Methods that may be repeated without harm. */
    public boolean isIdempotent() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE" -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return method;
    }
}
