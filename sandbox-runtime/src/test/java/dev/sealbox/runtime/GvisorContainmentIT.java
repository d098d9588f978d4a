package dev.sealbox.runtime;

/**
 * In gVisor, whose kernel is a program in the sandbox's own control groups: what an attack takes of memory or processes it
 * takes from that program, and ends it.
 */
class GvisorContainmentIT extends ContainmentTests {
    @Override
    String runtime() {
        return "runsc";
    }

    @Override
    boolean mayEndItself() {
        return true;
    }

    /** Its kernel has none. */
    @Override
    String controlGroups() {
        return "";
    }

    /** Options of sockets that its network does not know: transparent ones, and marks. */
    @Override
    boolean isIdle(String command) {
        return command.contains("setsockopt");
    }

    /** All of /proc is made by its own kernel, which no other sandbox has, and tells nothing of the host's. */
    @Override
    boolean isItsOwn(String file) {
        return file.startsWith("/proc/");
    }
}
