package dev.sealbox.persistence.layers;

import dev.sealbox.domain.layer.LayerStoreFailure;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Objects in a bucket of S3, or of a server that speaks its protocol. Such stores show an object whole or not at all. */
final class BucketStore implements ObjectStore {
    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final int NOT_FOUND = 404;

    /** The most that S3 lists at a time. */
    private static final int PAGE = 1000;

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final int page;

    /** @param prefix of all names; empty, or with a slash at its end */
    private BucketStore(S3Client client, String bucket, String prefix, int page) {
        this.page = page;
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
    }

    /**
     * Where a bucket is.
     *
     * @param endpoint {@code https://host:port} of another server than Amazon's, whose buckets are then parts of paths
     * @param accessKey empty: whatever the AWS SDK finds, such as {@code AWS_ACCESS_KEY_ID} or the machine's role
     */
    record Access(Optional<URI> endpoint, String region, String accessKey, String secretKey) {

        /** Without the secret. */
        @Override
        public String toString() {
            return "Access[" + endpoint.map(URI::toString).orElse("aws") + ", " + region + "]";
        }

        private AwsCredentialsProvider credentials() {
            return accessKey.isEmpty()
                    ? DefaultCredentialsProvider.builder().build()
                    : StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey));
        }
    }

    /** Asks nothing yet: a node starts also when its layer store is away. */
    static BucketStore at(String bucket, String prefix, Access access) {
        var builder = S3Client.builder()
                .region(Region.of(access.region()))
                .credentialsProvider(access.credentials())
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECTING)
                        .socketTimeout(SILENCE))
                .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD))
                // What is read is authenticated anyhow, and not every server knows the newer checksums.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        access.endpoint()
                .ifPresent(endpoint -> builder.endpointOverride(endpoint).forcePathStyle(true));
        return new BucketStore(builder.build(), bucket, prefix, PAGE);
    }

    /** The same, with so many names in one answer. */
    BucketStore withPages(int names) {
        return new BucketStore(client, bucket, prefix, names);
    }

    @Override
    public Optional<byte[]> read(String name) {
        return asked(() -> {
            try {
                ResponseTransformer<GetObjectResponse, byte[]> whole = (response, content) -> bytes(content);
                return Optional.of(client.getObject(get -> get.bucket(bucket).key(prefix + name), whole));
            } catch (NoSuchKeyException e) {
                return Optional.empty();
            }
        });
    }

    private static byte[] bytes(java.io.InputStream content) throws java.io.IOException {
        return content.readAllBytes();
    }

    @Override
    public Optional<Instant> writtenAt(String name) {
        return asked(() -> {
            try {
                return Optional.of(client.headObject(head -> head.bucket(bucket).key(prefix + name))
                        .lastModified());
            } catch (S3Exception e) {
                if (e.statusCode() == NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public void write(String name, byte[] content) {
        asked(() -> client.putObject(put -> put.bucket(bucket).key(prefix + name), RequestBody.fromBytes(content)));
    }

    @Override
    public List<Listed> list(String under) {
        return asked(() ->
                client
                        .listObjectsV2Paginator(list ->
                                list.bucket(bucket).prefix(prefix + under).maxKeys(page))
                        .contents()
                        .stream()
                        .map(object -> new Listed(object.key().substring(prefix.length()), object.lastModified()))
                        .toList());
    }

    @Override
    public void delete(String name) {
        asked(() -> client.deleteObject(delete -> delete.bucket(bucket).key(prefix + name)));
    }

    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (S3Exception e) {
            throw new LayerStoreFailure("the layer store refused: status " + e.statusCode(), e);
        } catch (SdkException | UncheckedIOException e) {
            // The HTTP client lets some failures of connections pass as they are.
            throw new LayerStoreFailure("the layer store cannot be reached", e);
        }
    }

    @Override
    public String describe() {
        return "the bucket " + bucket + (prefix.isEmpty() ? "" : ", below " + prefix);
    }
}
