package dev.sealbox.persistence.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.OrganizationId;
import dev.sealbox.domain.layer.LayerStoreFailure;
import dev.sealbox.domain.layer.SharedLayer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.TransientApiMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The same in a bucket of a real server that speaks S3 and checks signatures. */
class BucketStoreTest {
    private static final String BUCKET = "layers";
    private static final OrganizationId OWNER = new OrganizationId("one");

    private static BlobStoreContext blobs;
    private static S3Proxy server;

    private final byte[] content = bytes(3_500);

    @BeforeAll
    static void serve() throws Exception {
        blobs = ContextBuilder.newBuilder(new TransientApiMetadata())
                .credentials("any", "any")
                .build(BlobStoreContext.class);
        blobs.getBlobStore().createContainerInLocation(null, BUCKET);
        server = started(0);
    }

    private static S3Proxy started(int port) throws Exception {
        var proxy = S3Proxy.builder()
                .blobStore(blobs.getBlobStore())
                .endpoint(URI.create("http://127.0.0.1:" + port))
                .awsAuthentication(AuthenticationType.AWS_V4, "access", "secret")
                .build();
        proxy.start();
        return proxy;
    }

    @AfterAll
    static void stop() throws Exception {
        server.stop();
        blobs.close();
    }

    @Test
    void keepsLayersAndRefusesWhatWasChangedMixedUpOrTakenAway() throws IOException {
        var began = Instant.now();
        var objects = objects("s3://layers/some/where");
        var store = store(objects);
        var layer = new SharedLayer(id(), OWNER, List.of(id()));

        store.keep(layer, new ByteArrayInputStream(content))
                .toCompletableFuture()
                .join();
        store.keep(layer, new ByteArrayInputStream(content))
                .toCompletableFuture()
                .join();

        var kept = store.find(layer.layer()).toCompletableFuture().join().orElseThrow();
        assertThat(kept.about()).isEqualTo(layer);
        assertThat(kept.open().readAllBytes()).isEqualTo(content);
        assertThat(store.find(id()).toCompletableFuture().join()).isEmpty();
        var pieces = objects.list("pieces/");
        assertThat(pieces)
                .hasSize(4)
                .allSatisfy(piece -> assertThat(piece.writtenAt())
                        .isBetween(began.minusSeconds(2), Instant.now().plusSeconds(2)));
        assertThat(blobs.getBlobStore().blobExists(BUCKET, "some/where/layers/" + layer.layer()))
                .isTrue();

        var first = pieces.getFirst().name();
        var good = objects.read(first).orElseThrow();
        objects.write(first, objects.read(pieces.getLast().name()).orElseThrow());
        assertThatThrownBy(() -> kept.open().readAllBytes())
                .isInstanceOf(LayerStoreFailure.class)
                .hasMessageContaining("damaged in the layer store");
        objects.delete(first);
        objects.delete(first);
        assertThat(objects.writtenAt(first)).isEmpty();
        assertThatThrownBy(() -> kept.open().readAllBytes()).hasMessageContaining("is missing");
        objects.write(first, good);
        assertThat(kept.open().readAllBytes()).isEqualTo(content);
    }

    @Test
    void listsMoreThanOnePage() {
        var objects = objects("s3://layers/many/");
        IntStream.range(0, 5).forEach(number -> objects.write("layers/" + number, new byte[] {1}));

        assertThat(((BucketStore) objects).withPages(2).list("layers/"))
                .hasSize(5)
                .extracting(ObjectStore.Listed::name)
                .contains("layers/0", "layers/4");
        assertThat(objects.list("pieces/")).isEmpty();
    }

    @Test
    void saysThatItIsRefusedOrAwayAndIsUsedAgainWhenItIsBack() throws Exception {
        var objects = objects("s3://layers/back");
        assertThatThrownBy(() -> objects("s3://layers/x", "wrong").write("layers/a", content))
                .isInstanceOf(LayerStoreFailure.class)
                .hasMessage("the layer store refused: status 403");
        assertThatThrownBy(() -> objects("s3://not-there/x").read("layers/a"))
                .isInstanceOf(LayerStoreFailure.class)
                .hasMessage("the layer store refused: status 404");
        var port = server.getPort();

        server.stop();
        assertThatThrownBy(() -> objects.write("layers/a", content))
                .isInstanceOf(LayerStoreFailure.class)
                .hasMessage("the layer store cannot be reached");
        server = started(port);

        objects.write("layers/a", content);
        assertThat(objects.read("layers/a")).hasValue(content);
    }

    @Test
    void isReadFromAnAddressAndNothingElse() {
        assertThat(objects("s3://layers").describe()).isEqualTo("the bucket layers");
        assertThat(LayerStores.objects("dir:/some/folder", s3("secret")).describe())
                .isEqualTo("the folder /some/folder");
        for (var address : List.of("/some/folder", "dir:relative", "s3://", "s3://A/b", "http://host/", "s3://a b/c")) {
            assertThatThrownBy(() -> LayerStores.objects(address, s3("secret")))
                    .as(address)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("dir:/path or s3://bucket/prefix");
        }
        assertThat(new BucketStore.Access(java.util.Optional.empty(), "r", "access", "secret").toString())
                .doesNotContain("secret");
    }

    private static ObjectStore objects(String address) {
        return objects(address, "secret");
    }

    private static ObjectStore objects(String address, String secret) {
        return LayerStores.objects(address, s3(secret));
    }

    private static Config s3(String secret) {
        return ConfigFactory.parseMap(Map.of(
                "endpoint",
                "http://127.0.0.1:" + server.getPort(),
                "region",
                "us-east-1",
                "access-key",
                "access",
                "secret-key",
                secret));
    }

    private static ObjectLayerStore store(ObjectStore objects) {
        return new ObjectLayerStore(objects, organization -> new byte[32], 1_000);
    }

    private static CheckpointId id() {
        return new CheckpointId(UUID.randomUUID());
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(7).nextBytes(bytes);
        return bytes;
    }
}
