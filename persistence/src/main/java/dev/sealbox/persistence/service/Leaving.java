package dev.sealbox.persistence.service;

/** Somebody who may stop waiting before it is known for what exactly. Thread-safe. */
final class Leaving implements Runnable {
    private boolean left;
    private Runnable leave = () -> {};

    /** What is to be told when the one who waits leaves, be it that this has happened already. */
    void from(Runnable next) {
        if (!set(next)) {
            next.run();
        }
    }

    private synchronized boolean set(Runnable next) {
        leave = next;
        return !left;
    }

    synchronized boolean left() {
        return left;
    }

    @Override
    public void run() {
        told().run();
    }

    private synchronized Runnable told() {
        left = true;
        return leave;
    }
}
