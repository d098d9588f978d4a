package dev.sealbox.client;

import com.fasterxml.jackson.core.type.TypeReference;
import java.util.List;

/** Built images, those with a name and those without. Thread-safe. */
public final class Images {
    private static final String ROOT = "/images";
    private static final TypeReference<BuiltImage> IMAGE = new TypeReference<>() {};
    private static final TypeReference<List<BuiltImage>> IMAGES = new TypeReference<>() {};

    private final Requests requests;

    Images(Requests requests) {
        this.requests = requests;
    }

    /** Newest first. */
    public List<BuiltImage> list() {
        return requests.get(ROOT, IMAGES);
    }

    /** An image by the name or id of a snapshot, or by the id or content hash of one without a name. */
    public BuiltImage read(String image) {
        return requests.get(path(image), IMAGE);
    }

    /** Takes an image out of the cache, or deletes a snapshot; what started from it goes on. */
    public void delete(String image) {
        requests.call("DELETE", path(image));
    }

    public Patches patches(String image) {
        return new Patches(requests, path(image));
    }

    private static String path(String image) {
        return ROOT + "/" + Requests.escaped(image);
    }
}
