package dev.sealbox.demo.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** The story through the Java client, on a node with the embedded database: one test for each proof. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoryIT {
    private List<Proof> proofs = List.of();

    @BeforeAll
    void walkTheStory() {
        var report = new Report(System.out);
        try (var world = World.open(Map.of())) {
            var story = new Story(world, report);
            story.tell();
            story.end();
        }
        proofs = report.proofs();
    }

    @TestFactory
    Stream<DynamicTest> everyProofHolds() {
        assertThat(proofs).hasSizeGreaterThan(30);
        return proofs.stream()
                .map(proof -> DynamicTest.dynamicTest(
                        proof.claim(),
                        () -> assertThat(proof.held()).as(proof.evidence()).isTrue()));
    }
}
