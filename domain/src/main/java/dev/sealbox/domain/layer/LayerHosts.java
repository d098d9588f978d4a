package dev.sealbox.domain.layer;

import dev.sealbox.domain.Outcome;
import dev.sealbox.domain.identity.CheckpointId;
import dev.sealbox.domain.identity.HostId;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Port: {@link LayerFiles} of the cluster's hosts. Thread-safe; a stage fails when the host is out of reach, too. */
public interface LayerHosts {

    /** As {@link LayerFiles#pack}. */
    CompletionStage<InputStream> pack(HostId host, List<CheckpointId> layers);

    /** As {@link LayerFiles#unpack}. */
    CompletionStage<Outcome<Unpacked>> unpack(HostId host, CheckpointId layer, Incoming how, InputStream content);
}
