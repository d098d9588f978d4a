package dev.sealbox.server;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was opened, closed in reverse order; one thing that will not close does not keep the others open. */
final class Cleanup {
    private static final Logger log = LoggerFactory.getLogger(Cleanup.class);

    private record Step(String name, Runnable close) {}

    private final Deque<Step> steps = new ArrayDeque<>();

    synchronized void add(String name, Runnable close) {
        steps.push(new Step(name, close));
    }

    synchronized void run() {
        while (!steps.isEmpty()) {
            var step = steps.pop();
            try {
                step.close().run();
            } catch (RuntimeException e) {
                log.warn("could not close the {}: {}", step.name(), e.toString());
            }
        }
    }
}
