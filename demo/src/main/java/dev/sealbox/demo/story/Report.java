package dev.sealbox.demo.story;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** What is told while the story runs, and what it proved. Prints as it goes. Not thread-safe. */
public final class Report {
    private static final int WIDTH = 110;

    private final PrintStream out;
    private final long started = System.nanoTime();
    private final List<Proof> proofs = new ArrayList<>();

    public Report(PrintStream out) {
        this.out = out;
    }

    /** Begins a step of the story. */
    public void step(String title) {
        out.println();
        out.println("== " + title + "  (" + seconds() + " s)");
    }

    /** Something that was done or seen. */
    public void tell(String what, String seen) {
        var lines = seen.strip().lines().toList();
        out.println("   " + what + (lines.isEmpty() ? "" : ": " + cut(lines.getFirst())));
        lines.stream().skip(1).limit(6).forEach(line -> out.println("      " + cut(line)));
        if (lines.size() > 7) {
            out.println("      ... " + (lines.size() - 7) + " more lines");
        }
    }

    /** Notes what must hold; {@code evidence} says what was seen. */
    public void prove(String claim, boolean held, String evidence) {
        proofs.add(new Proof(claim, held, evidence.strip()));
        out.println("   " + (held ? "[held]     " : "[NOT HELD] ") + claim);
        if (!held) {
            evidence.strip().lines().limit(20).forEach(line -> out.println("              " + line));
        }
    }

    /** The same for two values that must be equal. */
    public void proveEqual(String claim, Object expected, Object seen) {
        prove(claim, expected.equals(seen), "expected " + expected + ", saw " + seen);
    }

    public List<Proof> proofs() {
        return List.copyOf(proofs);
    }

    /** Whether there is something to show, and all of it held. */
    public boolean allHeld() {
        return !proofs.isEmpty() && proofs.stream().allMatch(Proof::held);
    }

    /** The closing table. */
    public void table() {
        out.println();
        out.println("== Proofs");
        proofs.forEach(proof -> out.println((proof.held() ? "   held      " : "   NOT HELD  ") + proof.claim()));
        var missed = proofs.stream().filter(proof -> !proof.held()).count();
        out.println();
        out.println(
                missed == 0
                        ? "All " + proofs.size() + " proofs held."
                        : missed + " of " + proofs.size() + " NOT HELD.");
    }

    private long seconds() {
        return (System.nanoTime() - started) / 1_000_000_000;
    }

    private static String cut(String line) {
        return line.length() <= WIDTH ? line : line.substring(0, WIDTH) + " ...";
    }
}
