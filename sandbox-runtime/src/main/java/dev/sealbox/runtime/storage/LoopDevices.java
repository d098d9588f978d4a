package dev.sealbox.runtime.storage;

import dev.sealbox.runtime.step.RuntimeFailure;
import dev.sealbox.runtime.step.Tool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Loop devices where nobody makes the files of new ones: a container sees those that were there when it began. */
final class LoopDevices {
    private static final String STEP = "storage";
    private static final String PREFIX = "/dev/loop";
    private static final String MAJOR = "7";

    private LoopDevices() {}

    /**
     * What {@code attach} makes; tried twice when the file of the next free device is not there at first.
     *
     * @throws RuntimeFailure of {@code attach}
     */
    static <T> T attach(Supplier<T> attach) {
        try {
            return attach.get();
        } catch (RuntimeFailure e) {
            if (!makeNext()) {
                throw e;
            }
            return attach.get();
        }
    }

    /** Whether the file of the next free device was missing and is there now. */
    private static boolean makeNext() {
        var found = Tool.attempt(STEP, List.of("losetup", "--find"), "");
        var device = found.output().strip();
        if (found.exitCode() != 0 || !device.startsWith(PREFIX) || Files.exists(Path.of(device))) {
            return false;
        }
        var number = device.substring(PREFIX.length());
        return Tool.attempt(STEP, List.of("mknod", "-m", "600", device, "b", MAJOR, number), "")
                        .exitCode()
                == 0;
    }
}
