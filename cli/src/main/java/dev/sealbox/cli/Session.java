package dev.sealbox.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sealbox.client.RawRequests;
import dev.sealbox.client.SealboxClient;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/** The server and the terminal of one command. Used by one thread. */
final class Session implements AutoCloseable {
    private static final int PAGE = 1000;
    private static final String ID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    private final Supplier<Connection> connection;
    private final Supplier<Output> output;
    private Optional<SealboxClient> client = Optional.empty();

    Session(Supplier<Connection> connection, Supplier<Output> output) {
        this.connection = connection;
        this.output = output;
    }

    SealboxClient client() {
        if (client.isEmpty()) {
            client = Optional.of(connection.get().open());
        }
        return client.get();
    }

    Output out() {
        return output.get();
    }

    JsonNode get(String path) {
        return client().raw().get(path);
    }

    JsonNode send(String method, String path) {
        return client().raw().send(method, path);
    }

    JsonNode send(String method, String path, Map<String, ?> body) {
        return client().raw().send(method, path, body);
    }

    /** Every store, page by page. */
    ArrayNode stores() {
        var all = JsonNodeFactory.instance.arrayNode();
        var page = get("/secret-stores?limit=" + PAGE);
        page.forEach(all::add);
        while (page.size() == PAGE) {
            var last = page.get(PAGE - 1).path("name").asText();
            page = get("/secret-stores?limit=" + PAGE + "&after=" + RawRequests.escaped(last));
            page.forEach(all::add);
        }
        return all;
    }

    /** The path of a store that is given by name or id; something that looks like an id is one. */
    String store(String nameOrId) {
        var id = nameOrId.matches(ID)
                ? nameOrId
                : StreamSupport.stream(stores().spliterator(), false)
                        .filter(store -> store.path("name").asText().equals(nameOrId))
                        .map(store -> store.path("id").asText())
                        .findFirst()
                        .orElseThrow(() -> new CannotRun("there is no secret store with the name " + nameOrId));
        return "/secret-stores/" + RawRequests.escaped(id);
    }

    @Override
    public void close() {
        client.ifPresent(SealboxClient::close);
    }
}
