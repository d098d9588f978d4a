package dev.sealbox.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A file with a JSON object that goes to the server as it is. */
final class PolicyFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private PolicyFile() {}

    static Map<String, Object> read(Path file) {
        try {
            return JSON.readValue(file.toFile(), OBJECT);
        } catch (JsonProcessingException e) {
            throw new CannotRun("the file " + file + " holds no JSON object");
        } catch (IOException e) {
            throw new CannotRun("the file " + file + " cannot be read");
        }
    }
}
