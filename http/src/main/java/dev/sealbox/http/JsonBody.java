package dev.sealbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sealbox.domain.InvalidValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The fields of a JSON object that a client sent. Fields that nobody asks for are ignored; a {@code null} counts as
 * missing.
 *
 * <p>Every reader throws {@link InvalidValue} that names the field and never quotes its value, which may be a secret.
 */
final class JsonBody {
    static final JsonBody EMPTY = new JsonBody("", JsonNodeFactory.instance.objectNode());

    private final String prefix;
    private final JsonNode fields;

    private JsonBody(String prefix, JsonNode fields) {
        this.prefix = prefix;
        this.fields = fields;
    }

    /** Reads a whole body; an empty one is an object without fields. */
    static JsonBody parse(byte[] bytes) {
        if (!isUtf8(bytes)) {
            throw new InvalidValue("the request body is not valid UTF-8");
        }
        var tree = tree(bytes);
        if (tree.isMissingNode()) {
            return EMPTY;
        }
        if (!tree.isObject()) {
            throw new InvalidValue("the request body must be a JSON object");
        }
        return new JsonBody("", tree);
    }

    private static JsonNode tree(byte[] bytes) {
        try {
            return Json.MAPPER.readTree(bytes);
        } catch (JsonProcessingException e) {
            // Its message and cause quote what was read.
            var at = e.getLocation();
            throw new InvalidValue("the request body is not valid JSON"
                    + (at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr()));
        } catch (IOException e) {
            throw new InvalidValue("the request body is not valid JSON");
        }
    }

    /** Jackson lets overlong forms and encoded surrogates pass. */
    private static boolean isUtf8(byte[] bytes) {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var in = ByteBuffer.wrap(bytes);
        var scratch = CharBuffer.allocate(4096);
        try {
            while (true) {
                var result = decoder.decode(in, scratch.clear(), true);
                if (!result.isOverflow()) {
                    return !result.isError();
                }
            }
        } finally {
            Arrays.fill(scratch.array(), '\0');
        }
    }

    /** The same for bodies with the same fields in the same order, however they are spaced; may hold a secret. */
    byte[] bytes() {
        return Json.bytes(fields);
    }

    boolean has(String field) {
        return !missing(fields.path(field));
    }

    /** A text that must be there; it may be empty. */
    String text(String field) {
        return optionalText(field).orElseThrow(() -> new InvalidValue(prefix + field + " is missing"));
    }

    Optional<String> optionalText(String field) {
        var node = fields.path(field);
        return missing(node) ? Optional.empty() : Optional.of(text(node, field, "a string"));
    }

    /** As {@link #optionalText}, where clients say with an empty text that they mean nothing. */
    Optional<String> nonEmptyText(String field) {
        return optionalText(field).filter(text -> !text.isEmpty());
    }

    /** A whole number, in whatever notation. */
    Optional<Integer> optionalInt(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            return Optional.empty();
        }
        var number = node.doubleValue();
        if (!node.isNumber() || number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw wrong(field, "a whole number of at most 2147483647");
        }
        return Optional.of((int) number);
    }

    Optional<Boolean> optionalFlag(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            return Optional.empty();
        }
        if (!node.isBoolean()) {
            throw wrong(field, "true or false");
        }
        return Optional.of(node.booleanValue());
    }

    Optional<List<String>> optionalTexts(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            return Optional.empty();
        }
        if (!node.isArray()) {
            throw wrong(field, "a list of strings");
        }
        var texts = new ArrayList<String>(node.size());
        node.forEach(element -> texts.add(text(element, field, "a list of strings")));
        return Optional.of(texts);
    }

    /** An object of texts; no fields when it is missing. */
    Map<String, String> texts(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            return Map.of();
        }
        if (!node.isObject()) {
            throw wrong(field, "an object of strings");
        }
        var texts = new LinkedHashMap<String, String>();
        node.fields()
                .forEachRemaining(entry -> texts.put(
                        wellFormed(entry.getKey(), field), text(entry.getValue(), field, "an object of strings")));
        return texts;
    }

    /** The names of all fields. */
    Set<String> names() {
        var names = new LinkedHashSet<String>();
        fields.fieldNames().forEachRemaining(names::add);
        return names;
    }

    Optional<List<Integer>> optionalInts(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            return Optional.empty();
        }
        var numbers = new ArrayList<Integer>(node.size());
        node.forEach(element -> numbers.add(element.asInt()));
        if (!node.isArray() || !all(node, JsonNode::isInt)) {
            throw wrong(field, "a list of whole numbers");
        }
        return Optional.of(numbers);
    }

    Optional<List<JsonBody>> optionalObjects(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            return Optional.empty();
        }
        if (!node.isArray() || !all(node, JsonNode::isObject)) {
            throw wrong(field, "a list of objects");
        }
        var objects = new ArrayList<JsonBody>(node.size());
        node.forEach(element -> objects.add(new JsonBody(prefix + field + "[" + objects.size() + "].", element)));
        return Optional.of(objects);
    }

    private static boolean all(JsonNode list, Predicate<JsonNode> sort) {
        for (var element : list) {
            if (!sort.test(element)) {
                return false;
            }
        }
        return true;
    }

    Optional<JsonBody> optionalObject(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            return Optional.empty();
        }
        if (!node.isObject()) {
            throw wrong(field, "an object");
        }
        return Optional.of(new JsonBody(prefix + field + ".", node));
    }

    /** A list of objects that must be there; it may be empty. */
    List<JsonBody> objects(String field) {
        var node = fields.path(field);
        if (missing(node)) {
            throw new InvalidValue(prefix + field + " is missing");
        }
        if (!node.isArray()) {
            throw wrong(field, "a list of objects");
        }
        var objects = new ArrayList<JsonBody>(node.size());
        node.forEach(element -> {
            if (!element.isObject()) {
                throw wrong(field, "a list of objects");
            }
            objects.add(new JsonBody("", element));
        });
        return objects;
    }

    private String text(JsonNode node, String field, String expected) {
        if (!node.isTextual()) {
            throw wrong(field, expected);
        }
        return wellFormed(node.textValue(), field);
    }

    private String wellFormed(String text, String field) {
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            throw new InvalidValue(prefix + field + " holds half of a surrogate pair");
        }
        return text;
    }

    private InvalidValue wrong(String field, String expected) {
        return new InvalidValue(prefix + field + " must be " + expected);
    }

    private static boolean missing(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    @Override
    public String toString() {
        return "JsonBody[" + fields.size() + " fields]";
    }
}
