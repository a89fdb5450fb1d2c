package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus reads, read by the rules of its text format, version 0.0.4. */
class MetricsTest {
    private static final String ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    private static final Pattern HELP =
            Pattern.compile("# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (?:[^\\\\\\n]|\\\\\\\\|\\\\n)*");
    private static final Pattern TYPE = Pattern.compile("# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "(\\{([a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)*\\})?"
            + " (NaN|[+-]Inf|-?[0-9]+(?:\\.[0-9]+)?)");
    private static final Pattern BOUND = Pattern.compile("(.*),?le=\"([^\"]*)\"\\}");

    @TempDir
    Path folder;

    private NodeProcess node;

    @BeforeEach
    void choosePorts() throws Exception {
        node = new NodeProcess(folder);
    }

    @AfterEach
    void kill() {
        node.close();
    }

    private HttpResponse<String> get(String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.rpcPort() + "/metrics"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** All samples by name and labels. */
    private static Map<String, Double> read(String text) {
        assertThat(text).endsWith("\n");
        Map<String, Double> samples = new LinkedHashMap<>();
        Map<String, String> types = new HashMap<>();
        Set<String> helped = new HashSet<>();
        String family = "";
        for (String line : text.split("\n")) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                assertThat(helped.add(help.group(1)))
                        .as("one family in one place: " + line)
                        .isTrue();
                family = help.group(1);
            } else if (type.matches()) {
                assertThat(type.group(1)).as("follows its help").isEqualTo(family);
                types.put(family, type.group(2));
            } else {
                assertThat(sample.matches()).as(line).isTrue();
                String name = sample.group(1);
                String base =
                        "histogram".equals(types.get(family)) ? name.replaceFirst("_(bucket|sum|count)$", "") : name;
                assertThat(base).as("belongs to the family above").isEqualTo(family);
                assertThat("counter".equals(types.get(family))).isEqualTo(family.endsWith("_total"));
                String key = name + (sample.group(2) == null ? "" : sample.group(2));
                assertThat(samples.put(key, Double.valueOf(sample.group(4).replace("Inf", "Infinity"))))
                        .as("no sample twice: " + key)
                        .isNull();
            }
        }
        return samples;
    }

    private static void assertHistogramsAreSums(Map<String, Double> samples) {
        String series = "";
        double bound = 0;
        double count = 0;
        int last = 0;
        for (Map.Entry<String, Double> sample : samples.entrySet()) {
            Matcher bucket = BOUND.matcher(sample.getKey());
            if (bucket.matches()) {
                double next = Double.parseDouble(bucket.group(2).replace("Inf", "Infinity"));
                if (bucket.group(1).equals(series)) {
                    assertThat(next).isGreaterThan(bound);
                    assertThat(sample.getValue()).isGreaterThanOrEqualTo(count);
                }
                series = bucket.group(1);
                bound = next;
                count = sample.getValue();
                last += next == Double.POSITIVE_INFINITY ? 1 : 0;
            } else if (sample.getKey().contains("_count{")) {
                assertThat(sample.getValue()).as(sample.getKey()).isEqualTo(count);
            }
        }
        assertThat(last).as("histograms with all their buckets").isPositive();
    }

    @Test
    void figuresOfANodeAtWork() throws Exception {
        node.start("-metrics", "-printtoconsole=0");
        assertThat(node.ask("generatetoaddress", "5", ADDRESS).status()).isZero();
        assertThat(node.ask("getblockhash", "77").status()).isNotZero();
        assertThat(node.ask("createwallet", "secret savings").status()).isZero();

        HttpResponse<String> response = get();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        Map<String, Double> samples = read(response.body());
        assertHistogramsAreSums(samples);
        assertThat(samples)
                .containsEntry("starling_chain_blocks", 5.0)
                .containsEntry("starling_chain_headers", 5.0)
                .containsEntry("starling_wallets", 1.0)
                .containsEntry("starling_mempool_transactions", 0.0)
                .containsEntry("starling_rpc_call_seconds_count{method=\"generatetoaddress\"}", 1.0)
                .containsEntry("starling_rpc_failures_total{method=\"getblockhash\"}", 1.0);
        assertThat(samples.get("starling_disk_bytes{part=\"blocks\"}")).isPositive();
        assertThat(samples.get("starling_thread_tasks_total{thread=\"validation\"}"))
                .isPositive();
        assertThat(samples.get("jvm_memory_used_bytes{area=\"heap\"}")).isPositive();
        assertThat(response.body()).as("nothing of what wallets are called").doesNotContain("savings");

        assertThat(get("Origin", "http://evil.example").statusCode()).isEqualTo(403);
    }

    @Test
    void theyAreOffUnlessAskedFor() throws Exception {
        node.start("-printtoconsole=0");
        node.ask("uptime");
        assertThat(get().statusCode()).isEqualTo(404);
    }
}
