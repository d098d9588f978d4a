package dev.sealbox.domain.audit;

import java.util.List;

/**
 * What a verification found.
 *
 * @param events how many were checked
 * @param heads how many signed heads were checked
 * @param anchored how many of them this node's file of heads confirms
 * @param upTo the highest number of an event when it began
 * @param findings the first of them, see {@code omitted}
 * @param omitted how many more there are
 */
public record Verdict(
        long events, long entities, long heads, long anchored, long upTo, List<Flaw> findings, long omitted) {

    public boolean intact() {
        return findings.isEmpty() && omitted == 0;
    }
}
