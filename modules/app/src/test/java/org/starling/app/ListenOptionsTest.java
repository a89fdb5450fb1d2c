package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.starling.engine.TorControl;
import org.starling.world.Endpoint;

class ListenOptionsTest {
    private static ListenOptions options(String... arguments) throws UsageException {
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(arguments));
        return new ListenOptions(settings, 8333);
    }

    private static List<String> endpoints(String... arguments) throws UsageException {
        return options(arguments).endpoints().stream().map(Endpoint::toString).toList();
    }

    private static String torTarget(String... arguments) throws UsageException {
        TorControl.Settings tor = Objects.requireNonNull(options(arguments).tor());
        return tor.entrance().toString();
    }

    @Test
    void bothFamiliesUnlessToldWhere() throws UsageException {
        assertThat(endpoints()).containsExactly("[::]:8333", "0.0.0.0:8333");
        assertThat(endpoints("-port=9000")).containsExactly("[::]:9000", "0.0.0.0:9000");
        assertThat(options().listening().anyAddress()).isTrue();
        assertThat(options("-bind=1.2.3.4").listening().anyAddress()).isFalse();
        assertThat(endpoints("-bind=1.2.3.4", "-bind=5.6.7.8:1234")).containsExactly("1.2.3.4:8333", "5.6.7.8:1234");
    }

    @Test
    void theSocketThatTakesBothFamiliesComesFirst() throws UsageException {
        assertThat(endpoints("-bind=0.0.0.0", "-bind=[::]")).containsExactly("[::]:8333", "0.0.0.0:8333");
    }

    @Test
    void nobodyComesInWhereThatIsNotWanted() throws UsageException {
        for (String quiet :
                List.of("-listen=0", "-connect=1.2.3.4", "-noconnect", "-proxy=1.2.3.4", "-maxconnections=0")) {
            assertThat(endpoints(quiet)).as(quiet).isEmpty();
            assertThat(options(quiet).listening().discover()).as(quiet).isFalse();
        }
        assertThat(endpoints("-connect=1.2.3.4", "-bind=5.6.7.8")).containsExactly("5.6.7.8:8333");
        assertThatThrownBy(() -> endpoints("-listen=0", "-bind=5.6.7.8")).isInstanceOf(UsageException.class);
    }

    @Test
    void ownAddressesAreSoughtUnlessTheOperatorNamesOne() throws UsageException {
        assertThat(options().listening().discover()).isTrue();
        assertThat(options("-externalip=2.2.2.2").listening().discover()).isFalse();
        assertThat(options("-externalip=2.2.2.2", "-discover").listening().discover())
                .isTrue();
        assertThat(options("-discover=0").listening().discover()).isFalse();
        assertThat(options("-proxy=1.2.3.4", "-listen").listening().discover()).isFalse();
    }

    /** The table of Core's feature_bind_port_externalip, which needs addresses that few machines have. */
    @Test
    void thePortThatOthersConnectTo() throws UsageException {
        assertThat(options("-port=30001").port()).isEqualTo(30001);
        assertThat(options("-port=30002", "-bind=1.1.1.1").port()).isEqualTo(30002);
        assertThat(options("-bind=1.1.1.1").port()).isEqualTo(8333);
        assertThat(options("-port=30003", "-bind=1.1.1.1:30004").port()).isEqualTo(30004);
        assertThat(options("-port=30016", "-bind=1.1.1.1:30017", "-whitebind=relay@1.1.1.1:30018")
                        .port())
                .isEqualTo(30017);
        assertThat(options("-port=30019", "-whitebind=relay@1.1.1.1:30020").port())
                .isEqualTo(30020);
        assertThat(options("-port=30019", "-whitebind=noban@1.1.1.1:30020").port())
                .isEqualTo(30019);
    }

    @Test
    void nobodyIsToldOfThePrivilegedEntrancesAndTors() throws UsageException {
        assertThat(options(
                                "-bind=1.1.1.1",
                                "-bind=127.0.0.1:9000=onion",
                                "-whitebind=noban@1.1.1.1:7",
                                "-whitebind=relay@1.1.1.1:8")
                        .listening()
                        .untold())
                .extracting(Endpoint::toString)
                .containsExactly("1.1.1.1:7", "127.0.0.1:9000");
    }

    @Test
    void whereTorConnectsTo() throws UsageException {
        assertThat(torTarget()).isEqualTo("127.0.0.1:8334");
        assertThat(torTarget("-bind=127.0.0.1:9000=onion")).isEqualTo("127.0.0.1:9000");
        assertThat(torTarget("-bind=127.0.0.1=onion")).isEqualTo("127.0.0.1:8334");
        assertThat(torTarget("-bind=10.1.1.1")).isEqualTo("10.1.1.1:8333");
        assertThat(torTarget("-bind=0.0.0.0:9")).isEqualTo("127.0.0.1:9");
        assertThat(options("-listenonion=0").tor()).isNull();
    }
}
