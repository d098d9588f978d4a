package dev.sealbox.runtime;

/** On the host's kernel. */
class ContainmentIT extends ContainmentTests {
    @Override
    String runtime() {
        return "runc";
    }

    @Override
    boolean mayEndItself() {
        return false;
    }

    @Override
    String controlGroups() {
        return "/\n";
    }

    @Override
    boolean isIdle(String command) {
        return false;
    }

    @Override
    boolean isItsOwn(String file) {
        return false;
    }
}
