package org.starling.observatory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.bytes.Bytes;
import org.starling.consensus.OutPoint;
import org.starling.consensus.Transaction;
import org.starling.consensus.TxIn;
import org.starling.consensus.TxOut;
import org.starling.engine.AsMap;
import org.starling.engine.NetAddress;
import org.starling.engine.Routability;
import org.starling.world.SeededRandomness;

class ReportTest {
    private static final Operators OPERATORS = new Operators(Routability.PUBLIC);
    private static final String ONION = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion:8333";

    private static NetAddress address(String text) {
        return Objects.requireNonNull(NetAddress.parse(text, 8333));
    }

    private static Report of(Sightings seen) {
        return Report.of(seen, OPERATORS, new SeededRandomness(1));
    }

    private static Report.View view(Report report, String name) {
        return report.views().stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Transaction coinbase(String text, long value, Bytes script) {
        Bytes push = Bytes.concat(
                Bytes.fromHex("03a0bb0d"),
                Bytes.wrap(text.getBytes(StandardCharsets.ISO_8859_1)),
                Bytes.fromHex("00ff"));
        return Transaction.of(
                1,
                List.of(new TxIn(OutPoint.NULL, push, -1)),
                List.of(new TxOut(0, Bytes.fromHex("6a")), new TxOut(value, script)),
                0);
    }

    @Test
    void operatorsAreNamedByTheirPartOfTheNetwork() {
        assertThat(OPERATORS.of(address("198.51.100.7"))).isEqualTo("198.51.0.0/16");
        assertThat(OPERATORS.of(address("[2a01:4f8::1]:8333"))).isEqualTo("2a01:04f8::/32");
        assertThat(OPERATORS.of(address("[2001:470:1234::1]:8333"))).isEqualTo("2001:0470:1000::/36");
        assertThat(OPERATORS.of(address(ONION))).isEqualTo("onion");
    }

    @Test
    void whereAMapTellsTheAutonomousSystemThatIsTheOperator() throws Exception {
        // One instruction looks at the first bit; then AS 1 or AS 2.
        AsMap map = AsMap.parse(Bytes.fromHex("010000000002"));
        Operators mapped = new Operators(new Routability(false, map));
        assertThat(mapped.of(address("198.51.100.7"))).isEqualTo("AS1");
        assertThat(mapped.of(address("[a000::1]:8333"))).isEqualTo("AS2");
        assertThat(mapped.of(address(ONION))).isEqualTo("onion");
    }

    @Test
    void theEclipseRiskIsHowManyOperatorsWouldHaveToCollude() {
        List<NetAddress> outbound = List.of(
                address("198.51.100.7"), address("198.51.3.4"), address("203.0.113.1"), address(ONION), address(ONION));

        Report.Eclipse eclipse = of(new Sightings(outbound, outbound, List.of(), List.of(), List.of()))
                .eclipse();

        assertThat(eclipse.links()).isEqualTo(5);
        assertThat(eclipse.operators()).isEqualTo(3);
        assertThat(eclipse.holders())
                .containsExactly(
                        new Report.Holder("198.51.0.0/16", 2),
                        new Report.Holder("onion", 2),
                        new Report.Holder("203.0.0.0/16", 1));
        assertThat(eclipse.words()).contains("3 parts of the network", "upper bound");
    }

    @Test
    void oneOperatorOrNoLinksAreCalledWhatTheyAre() {
        List<NetAddress> one = List.of(address("198.51.100.7"), address("198.51.3.4"));
        assertThat(of(new Sightings(one, one, List.of(), List.of(), List.of()))
                        .eclipse()
                        .words())
                .contains("whoever holds it decides what this node hears");
        assertThat(of(new Sightings(one, List.of(), List.of(), List.of(), List.of()))
                        .eclipse())
                .extracting(Report.Eclipse::operators, Report.Eclipse::links)
                .containsExactly(0, 0);
    }

    @Test
    void addressesAreCountedByOperatorAndByNetwork() {
        List<NetAddress> known =
                List.of(address("198.51.100.7"), address("198.51.3.4"), address("203.0.113.1"), address(ONION));

        Report report = of(new Sightings(List.of(), List.of(), known, List.of(), List.of()));

        Concentration byNetwork =
                Objects.requireNonNull(view(report, "addresses_by_network").concentration());
        assertThat(byNetwork.sample()).isEqualTo(4);
        assertThat(byNetwork.holders()).isEqualTo(2);
        assertThat(byNetwork.nakamoto().value()).isEqualTo(1);
        // 3/4 and 1/4: 9/16 + 1/16.
        assertThat(byNetwork.herfindahl().value()).isEqualTo(0.625);
        Report.View byOperator = view(report, "addresses_by_operator");
        assertThat(byOperator.largest().getFirst()).isEqualTo(new Report.Holder("198.51.0.0/16", 2));
        assertThat(Objects.requireNonNull(byOperator.concentration()).nakamoto().value())
                .isEqualTo(2);
        assertThat(byOperator.words()).contains("Of 4 known addresses", "198.51.0.0/16 has 50 %", "proves little");
        assertThat(view(report, "links_by_operator").concentration()).isNull();
        assertThat(view(report, "links_by_operator").words()).startsWith("There is nothing to count yet: open links");
    }

    @Test
    void clientsAreNamedWithoutTheirVersions() {
        assertThat(Report.client("/Satoshi:28.1.0/")).isEqualTo("Satoshi");
        assertThat(Report.client("/Satoshi:27.0.0/Knots:20240513/")).isEqualTo("Satoshi");
        assertThat(Report.client("/btcwire:0.5.0/btcd:0.24.2/")).isEqualTo("btcwire");
        assertThat(Report.client("")).isEqualTo("(none)");
    }

    @Test
    void minersAreToldApartByTagAndByPayout() {
        Bytes one = Bytes.fromHex("51");
        Bytes two = Bytes.fromHex("52");
        List<Transaction> coinbases = List.of(
                coinbase("/Alpha Pool/ 123", 50, one),
                coinbase("xx/Alpha Pool/zz", 50, two),
                coinbase("Beta mining", 50, one),
                coinbase("\u00fc", 50, two));

        Report report = of(new Sightings(List.of(), List.of(), List.of(), List.of(), coinbases));

        assertThat(view(report, "blocks_by_tag").largest())
                .containsExactly(
                        new Report.Holder("/Alpha Pool/", 2),
                        new Report.Holder("(no tag)", 1),
                        new Report.Holder("Beta mining", 1));
        assertThat(view(report, "blocks_by_payout").largest())
                .containsExactly(new Report.Holder("51", 2), new Report.Holder("52", 2));
    }
}
