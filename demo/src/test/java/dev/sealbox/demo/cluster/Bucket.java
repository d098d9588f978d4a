package dev.sealbox.demo.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.blobstore.TransientApiMetadata;
import org.jclouds.blobstore.domain.StorageMetadata;
import org.jclouds.blobstore.options.ListContainerOptions;

/** A bucket of a real server that speaks S3 and checks signatures, within reach of the machines. */
final class Bucket implements LayerShelf {
    private static final String NAME = "layers";
    private static final String PREFIX = "cluster/";

    private final BlobStoreContext blobs = ContextBuilder.newBuilder(new TransientApiMetadata())
            .credentials("any", "any")
            .build(BlobStoreContext.class);
    private final String address;
    private S3Proxy server;
    private int port;

    Bucket(Network network) {
        blobs.getBlobStore().createContainerInLocation(null, NAME);
        address = network.here();
        server = started(0);
    }

    private S3Proxy started(int port) {
        var proxy = S3Proxy.builder()
                .blobStore(blobs.getBlobStore())
                .endpoint(URI.create("http://" + address + ":" + port))
                .awsAuthentication(AuthenticationType.AWS_V4, "access", "the bucket's")
                .build();
        try {
            proxy.start();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server does not start", e);
        }
        return proxy;
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(
                "SEALBOX_LAYER_STORE", "s3://" + NAME + "/" + PREFIX,
                "SEALBOX_LAYER_STORE_S3_ENDPOINT", "http://" + address + ":" + server.getPort(),
                "SEALBOX_LAYER_STORE_S3_REGION", "us-east-1",
                "SEALBOX_LAYER_STORE_S3_ACCESS_KEY", "access",
                "SEALBOX_LAYER_STORE_S3_SECRET_KEY", "the bucket's");
    }

    @Override
    public Set<String> layers() {
        var layers = PREFIX + "layers/";
        return names(layers).stream()
                .map(name -> name.substring(layers.length()))
                .collect(Collectors.toSet());
    }

    @Override
    public boolean holds(String text) {
        return names(PREFIX).stream().anyMatch(name -> content(name).contains(text));
    }

    private Set<String> names(String prefix) {
        return blobs
                .getBlobStore()
                .list(NAME, ListContainerOptions.Builder.prefix(prefix).recursive())
                .stream()
                .map(StorageMetadata::getName)
                .collect(Collectors.toSet());
    }

    private String content(String name) {
        var blob = Objects.requireNonNull(blobs.getBlobStore().getBlob(NAME, name));
        try (var content = Objects.requireNonNull(blob.getPayload()).openStream()) {
            return new String(content.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void takeAway() {
        port = server.getPort();
        stop();
    }

    @Override
    public void bringBack() {
        server = started(port);
    }

    private void stop() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the S3 server does not stop", e);
        }
    }

    @Override
    public void close() {
        stop();
        blobs.close();
    }
}
