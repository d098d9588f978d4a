package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The files of a sandbox. Relative paths start at {@code /home/sandbox}. Thread-safe. */
public final class Files {
    private static final String BYTES = "application/octet-stream";
    private static final TypeReference<List<FileInfo>> ENTRIES = new TypeReference<>() {};

    private static final TypeReference<SignedUrl> SIGNED = new TypeReference<>() {};

    private final Requests requests;
    private final String root;

    Files(Requests requests, String sandbox) {
        this.requests = requests;
        this.root = sandbox + "/files";
    }

    /** A whole file as UTF-8. */
    public String read(String path) {
        return new String(readBytes(path), StandardCharsets.UTF_8);
    }

    public byte[] readBytes(String path) {
        try (var in = open(path)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ApiException("connection", "the file broke off", e);
        }
    }

    /** A file of any size while it arrives; the caller closes it. */
    public InputStream open(String path) {
        return requests.open(root + query(path));
    }

    /** Replaces the file, making parent directories. */
    public void write(String path, String text) {
        write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    public void write(String path, byte[] bytes) {
        requests.call("PUT", root + query(path), BodyPublishers.ofByteArray(bytes), BYTES);
    }

    /** A file of any size; the stream is opened once, read to its end and closed. */
    public void write(String path, Supplier<InputStream> content) {
        requests.call("PUT", root + query(path), BodyPublishers.ofInputStream(content), BYTES);
    }

    public List<FileInfo> list(String path) {
        return requests.get(root + "/list" + query(path), ENTRIES);
    }

    /** Makes parents; succeeds when it is there. */
    public void makeDir(String path) {
        requests.call("POST", root + "/mkdir" + query(path));
    }

    /** Removes a file or a tree; succeeds when nothing is there. */
    public void remove(String path) {
        requests.call("DELETE", root + query(path));
    }

    /** Whether a file can be read there; false for a directory. */
    public boolean exists(String path) {
        try {
            open(path).close();
            return true;
        } catch (ApiException e) {
            if (e.code().equals("file.not-found")) {
                return false;
            }
            throw e;
        } catch (IOException e) {
            throw new ApiException("connection", "the answer broke off", e);
        }
    }

    /**
     * A URL from which anybody who holds it can GET the file without a key.
     *
     * @param validity whole seconds, a day at most
     */
    public SignedUrl downloadUrl(String path, Duration validity) {
        return signed("download-url", path, validity);
    }

    /** A URL to which anybody who holds it can PUT the file's new content without a key; as {@link #downloadUrl}. */
    public SignedUrl uploadUrl(String path, Duration validity) {
        return signed("upload-url", path, validity);
    }

    private SignedUrl signed(String kind, String path, Duration validity) {
        return requests.json(
                "POST", root + "/" + kind, Map.of("path", path, "expiresIn", validity.toSeconds()), SIGNED);
    }

    private static String query(String path) {
        return "?path=" + Requests.escaped(path);
    }
}
