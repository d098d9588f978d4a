package dev.sealbox.persistence.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What nodes say to each other, kept in files: while a cluster is upgraded its nodes are of two versions, and each must
 * understand the other. A line is one message with its manifest, as a version sent it; lines are added and never changed.
 */
public final class GoldenMessages {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper CBOR = new CBORMapper();
    private static final String SOMEBODY = "somebody";
    private static final Pattern ADDRESS = Pattern.compile("\"akka://[^\"]+\"");

    private final Serialization serialization;
    private final String anybody;

    /** {@code anybody} stands for all to whom answers go. */
    public GoldenMessages(ActorSystem<?> system, ActorRef<?> anybody) {
        this.serialization = SerializationExtension.get(Adapter.toClassic(system));
        this.anybody = ActorRefResolver.get(system).toSerializationFormat(anybody);
    }

    /** Fails when a message in the files is understood as none of {@code samples}, or one of these is not in the files. */
    public void check(Path folder, Stream<?> samples) {
        var now = samples.map(this::written).collect(Collectors.toCollection(LinkedHashSet::new));
        var lines = lines(folder);
        var missing = now.stream().filter(each -> !lines.contains(each)).toList();
        assertThat(missing)
                .withFailMessage(() -> "messages whose form is new: add them to a file in " + folder
                        + ", and leave there what other versions send\n" + inLines(missing))
                .isEmpty();
        for (var line : lines) {
            assertThat(written(read(line)))
                    .as("what this version makes of what another sent")
                    .isIn(now);
            assertThat(written(read(fromLater(line))))
                    .as("what this version makes of a message with a field that it does not know")
                    .isIn(now);
        }
    }

    private static String inLines(List<JsonNode> messages) {
        return messages.stream().map(JsonNode::toString).collect(Collectors.joining("\n"));
    }

    private static Set<JsonNode> lines(Path folder) {
        try (var files = Files.list(folder)) {
            return files.sorted()
                    .flatMap(GoldenMessages::linesOf)
                    .map(GoldenMessages::tree)
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode written(Object message) {
        var serializer = serialization.findSerializerFor(message);
        try {
            var line = JSON.createObjectNode().put("manifest", Serializers.manifestFor(serializer, message));
            line.set("message", CBOR.readTree(serialization.serialize(message).get()));
            return tree(ADDRESS.matcher(line.toString()).replaceAll('"' + SOMEBODY + '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Object read(JsonNode line) {
        var addressed = tree(line.toString().replace('"' + SOMEBODY + '"', '"' + anybody + '"'));
        var manifest = addressed.get("manifest").textValue();
        try {
            var id = serialization
                    .serializerFor(Class.forName(manifest.replaceFirst("#.*", "")))
                    .identifier();
            return serialization
                    .deserialize(CBOR.writeValueAsBytes(addressed.get("message")), id, manifest)
                    .get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ClassNotFoundException e) {
            throw new AssertionError("what an earlier version sent is not known any more", e);
        }
    }

    private static JsonNode fromLater(JsonNode line) {
        ObjectNode later = line.deepCopy();
        later.withObject("/message").set("ofLater", JsonNodeFactory.instance.numberNode(1));
        return later;
    }

    /** Every case of the families, so that none is forgotten among the samples. */
    public static List<Class<?>> cases(Class<?>... families) {
        return Stream.of(families)
                .<Class<?>>flatMap(family -> Stream.of(family.getPermittedSubclasses()))
                .toList();
    }
}
