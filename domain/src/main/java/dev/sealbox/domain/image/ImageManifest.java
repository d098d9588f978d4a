package dev.sealbox.domain.image;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.sandbox.Defaults;
import dev.sealbox.domain.sandbox.Environment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/** An image as it is declared: a base, and what is done to it step by step. */
public record ImageManifest(List<ImageStep> steps) {
    public static final String BASE = "base";

    public static final int MOST_STEPS = 200;

    /** Characters of all variables together: each command's environment carries them. */
    private static final int LARGEST_ENVIRONMENT = 64 << 10;

    /** Characters of all that is no file's content: it is kept with each snapshot. */
    private static final int LARGEST_OUTLINE = 256 << 10;

    /** So many layers of files an image has at most, since each makes every file of its sandboxes a little slower. */
    private static final int MOST_LAYERS = 6;

    private static final Set<String> ALIASES = Set.of("", BASE, "ubuntu", "default");

    public ImageManifest {
        steps = List.copyOf(steps);
        if (steps.size() > MOST_STEPS) {
            throw new InvalidValue("an image has at most " + MOST_STEPS + " steps");
        }
        if (defaults(steps).envs().toString().length() > LARGEST_ENVIRONMENT) {
            throw new InvalidValue("an image has at most " + LARGEST_ENVIRONMENT + " characters of variables");
        }
        if (ManifestForm.length(steps) > LARGEST_OUTLINE) {
            throw new InvalidValue("an image has at most " + LARGEST_OUTLINE + " characters beside its files");
        }
    }

    /**
     * An image on a base, which has several names.
     *
     * @throws InvalidValue when there is no such base
     */
    public static ImageManifest of(String base, List<ImageStep> steps) {
        if (!ALIASES.contains(base)) {
            throw new InvalidValue("base must be " + BASE);
        }
        return new ImageManifest(steps);
    }

    public ImageHash hash() {
        return ManifestForm.hash(steps);
    }

    /** Its JSON form, with the size and the SHA-256 of each file in the place of its content. */
    public String outline() {
        return ManifestForm.outline(steps);
    }

    /** What commands of its sandboxes start with. */
    public Defaults defaults() {
        return defaults(steps);
    }

    private static Defaults defaults(List<ImageStep> steps) {
        var envs = new LinkedHashMap<String, String>();
        var directory = Environment.HOME;
        for (var step : steps) {
            if (step instanceof ImageStep.SetEnv(var vars)) {
                envs.putAll(vars);
            } else if (step instanceof ImageStep.SetWorkdir(var path)) {
                directory = path;
            }
        }
        return new Defaults(envs, directory);
    }

    /**
     * The images that it is built from, each a beginning of the next, the last one being itself. Images that begin alike
     * share those, and their layers of files.
     */
    public List<ImageManifest> stages() {
        var stages = new ArrayList<ImageManifest>();
        for (var end = 1; end < steps.size() && stages.size() < MOST_LAYERS - 1; end++) {
            if (touchesFiles(steps.get(end - 1))) {
                stages.add(new ImageManifest(steps.subList(0, end)));
            }
        }
        stages.add(this);
        return stages;
    }

    private static boolean touchesFiles(ImageStep step) {
        return !(step instanceof ImageStep.SetEnv) && !(step instanceof ImageStep.SetWorkdir);
    }
}
