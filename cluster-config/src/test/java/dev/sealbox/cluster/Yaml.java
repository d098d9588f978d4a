package dev.sealbox.cluster;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Reads YAML with its anchors and octal numbers, as the tools of Kubernetes do. */
final class Yaml {
    private Yaml() {}

    static List<JsonObject> documents(String text) {
        var documents = new ArrayList<JsonObject>();
        for (var document : new org.yaml.snakeyaml.Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text)) {
            documents.add(new Gson().toJsonTree(document).getAsJsonObject());
        }
        return documents;
    }
}
