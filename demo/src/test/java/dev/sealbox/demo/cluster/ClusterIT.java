package dev.sealbox.demo.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sealbox.demo.story.Report;
import org.junit.jupiter.api.Test;

/** What {@code ./sealbox cluster-demo} shows, with S3 as layer store instead of a folder. */
class ClusterIT {

    @Test
    void keepsItsPromisesWhileNodesDie() {
        var report = new Report(System.out);
        try (var world = new ClusterWorld((network, folder) -> new Bucket(network))) {
            new ClusterStory(world, report).tell();
        }
        assertThat(report.proofs())
                .isNotEmpty()
                .filteredOn(proof -> !proof.held())
                .isEmpty();
    }
}
