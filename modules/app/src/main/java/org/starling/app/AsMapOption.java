package org.starling.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.starling.bytes.Bytes;
import org.starling.bytes.MalformedException;
import org.starling.engine.AsMap;

/** {@code -asmap}: the file that says which addresses belong to one operator. */
record AsMapOption(Settings settings, DataDirectory directory) {
    private static final Logger LOG = LoggerFactory.getLogger("net");
    private static final String DEFAULT_FILE = "ip_asn.map";

    /** Reads the map; null if none is wanted. Refuses one that is missing, or broken, and says where it is. */
    @Nullable
    AsMap load() throws UsageException {
        String name = settings.text("asmap");
        if (name == null || settings.isNegated("asmap")) {
            LOG.info("Using /16 prefix for IP bucketing");
            return null;
        }
        // -asmap alone asks for the file of the usual name; as a value, "1" stands for nothing more.
        Path file = directory.chain().resolve(name.isEmpty() || name.equals("1") ? DEFAULT_FILE : name);
        if (!Files.exists(file)) {
            throw new UsageException("Could not find asmap file \"" + file + "\"");
        }
        try {
            byte[] content = Files.readAllBytes(file);
            LOG.info("Opened asmap file \"{}\" ({} bytes) from disk", file, content.length);
            AsMap map = AsMap.parse(Bytes.wrap(content));
            LOG.info("Using asmap version {} for IP bucketing", map.version());
            return map;
        } catch (MalformedException e) {
            LOG.error("The asmap file is broken: {}", e.getMessage());
            throw new UsageException("Could not parse asmap file \"" + file + "\"");
        } catch (IOException e) {
            throw new UsageException("Could not read asmap file \"" + file + "\": " + e.getMessage());
        }
    }
}
