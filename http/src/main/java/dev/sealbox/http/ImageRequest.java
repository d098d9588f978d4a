package dev.sealbox.http;

import dev.sealbox.domain.InvalidValue;
import dev.sealbox.domain.image.FileContent;
import dev.sealbox.domain.image.ImageManifest;
import dev.sealbox.domain.image.ImageStep;
import dev.sealbox.domain.image.Images.Wanted;
import java.util.ArrayList;
import java.util.List;

/** Reads an image as clients declare it. Mistakes are told with the step that they are in, counted from 1. */
final class ImageRequest {
    private static final int DEFAULT_MEMORY = 4096;
    private static final int LEAST_MEMORY = 1024;
    private static final int MOST_MEMORY = 16_384;

    private ImageRequest() {}

    static Wanted of(JsonBody image) {
        var memory =
                image.optionalInt("builderMemoryMB").filter(size -> size > 0).orElse(DEFAULT_MEMORY);
        return new Wanted(
                ImageManifest.of(image.optionalText("base").orElse(ImageManifest.BASE), steps(image)),
                Math.clamp(memory, LEAST_MEMORY, MOST_MEMORY));
    }

    private static List<ImageStep> steps(JsonBody image) {
        var bodies = image.objects("steps");
        if (bodies.size() > ImageManifest.MOST_STEPS) {
            throw new InvalidValue("an image has at most " + ImageManifest.MOST_STEPS + " steps");
        }
        var steps = new ArrayList<ImageStep>();
        for (var body : bodies) {
            try {
                steps.add(step(body));
            } catch (InvalidValue e) {
                throw new InvalidValue("image step " + (steps.size() + 1) + ": " + e.getMessage());
            }
        }
        return steps;
    }

    private static ImageStep step(JsonBody step) {
        var type = step.text("type");
        var args = step.optionalObject("args").orElseThrow(() -> new InvalidValue("args is missing"));
        return switch (type) {
            case "apt_install" -> new ImageStep.AptInstall(texts(args, "packages"));
            case "pip_install" -> new ImageStep.PipInstall(texts(args, "packages"));
            case "run" -> new ImageStep.RunCommands(texts(args, "commands"));
            case "env" -> {
                if (!args.has("vars")) {
                    throw new InvalidValue("args.vars is missing");
                }
                yield new ImageStep.SetEnv(args.texts("vars"));
            }
            case "workdir" -> new ImageStep.SetWorkdir(args.text("path"));
            case "add_file" -> file(args);
            case "add_dir" ->
                new ImageStep.AddDir(
                        args.text("path"),
                        args.objects("files").stream()
                                .map(file -> new ImageStep.AddDir.Entry(
                                        file.text("relativePath"), new FileContent(file.text("content"))))
                                .toList());
            default -> throw new InvalidValue("there is no step of this type");
        };
    }

    private static ImageStep file(JsonBody args) {
        if (!args.nonEmptyText("encoding").orElse("base64").equals("base64")) {
            throw new InvalidValue("encoding must be base64");
        }
        return new ImageStep.AddFile(args.text("path"), new FileContent(args.text("content")));
    }

    private static List<String> texts(JsonBody args, String field) {
        return args.optionalTexts(field).orElseThrow(() -> new InvalidValue("args." + field + " is missing"));
    }
}
