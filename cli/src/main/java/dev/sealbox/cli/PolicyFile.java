package dev.sealbox.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file with a JSON object that goes to the server as it is. */
final class PolicyFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private static final TypeReference<List<Object>> LIST = new TypeReference<>() {};

    private PolicyFile() {}

    /** A list instead of an object. */
    static List<Object> list(Path file) {
        return read(file, LIST, "list");
    }

    static Map<String, Object> read(Path file) {
        return read(file, OBJECT, "object");
    }

    private static <T> T read(Path file, TypeReference<T> type, String name) {
        try {
            return JSON.readValue(file.toFile(), type);
        } catch (JsonProcessingException e) {
            throw new CannotRun("the file " + file + " holds no JSON " + name);
        } catch (IOException e) {
            throw new CannotRun("the file " + file + " cannot be read");
        }
    }
}
