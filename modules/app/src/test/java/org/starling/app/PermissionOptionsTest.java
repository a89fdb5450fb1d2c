package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.starling.engine.Permission.ADDR;
import static org.starling.engine.Permission.DOWNLOAD;
import static org.starling.engine.Permission.FORCERELAY;
import static org.starling.engine.Permission.MEMPOOL;
import static org.starling.engine.Permission.NOBAN;
import static org.starling.engine.Permission.RELAY;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.starling.engine.LinkKind;
import org.starling.engine.NetAddress;
import org.starling.node.NodeConfig.Permitted;

class PermissionOptionsTest {
    private static final NetAddress HOST = address("127.0.0.1:5000");

    private static NetAddress address(String text) {
        return java.util.Objects.requireNonNull(NetAddress.parse(text, 0));
    }

    private static Permitted only(String... arguments) throws UsageException {
        List<Permitted> permitted = new PermissionOptions(settings(arguments)).permitted();
        assertThat(permitted).hasSize(1);
        return permitted.getFirst();
    }

    private static Settings settings(String... arguments) throws UsageException {
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(arguments));
        return settings;
    }

    @Test
    void aHostAloneGetsWhatMostWant() throws UsageException {
        assertThat(only("-whitelist=127.0.0.1").permissions()).containsOnly(NOBAN, RELAY, MEMPOOL, DOWNLOAD);
        assertThat(only("-whitelist=127.0.0.1", "-whitelistrelay=0").permissions())
                .containsOnly(NOBAN, MEMPOOL, DOWNLOAD);
        assertThat(only("-whitelist=127.0.0.1", "-whitelistforcerelay").permissions())
                .containsOnly(NOBAN, RELAY, FORCERELAY, MEMPOOL, DOWNLOAD);
    }

    @Test
    void namedPermissionsBringWhatTheyNeed() throws UsageException {
        assertThat(only("-whitelist=noban,addr@127.0.0.1").permissions()).containsOnly(NOBAN, DOWNLOAD, ADDR);
        assertThat(only("-whitelist=forcerelay@127.0.0.1").permissions()).containsOnly(FORCERELAY, RELAY);
        assertThat(only("-whitelist=@127.0.0.1", "-whitelistforcerelay").permissions())
                .isEmpty();
    }

    @Test
    void linksComeInUnlessSaidOtherwise() throws UsageException {
        Permitted in = only("-whitelist=noban@127.0.0.1");
        assertThat(in.means(HOST, null, LinkKind.INBOUND)).isTrue();
        assertThat(in.means(HOST, null, LinkKind.MANUAL)).isFalse();
        Permitted out = only("-whitelist=noban,out@127.0.0.1");
        assertThat(out.means(HOST, null, LinkKind.INBOUND)).isFalse();
        assertThat(out.means(HOST, null, LinkKind.MANUAL)).isTrue();
        assertThat(out.means(HOST, null, LinkKind.OUTBOUND_FULL_RELAY))
                .as("not those that we choose ourselves")
                .isFalse();
    }

    @Test
    void anEntranceGivesThemToAllThatCome() throws UsageException {
        Permitted entrance = only("-whitebind=noban@127.0.0.1:7777");
        assertThat(entrance.means(HOST, address("127.0.0.1:7777"), LinkKind.INBOUND))
                .isTrue();
        assertThat(entrance.means(HOST, address("127.0.0.1:7778"), LinkKind.INBOUND))
                .isFalse();
        assertThat(new PermissionOptions(settings("-whitebind=noban@127.0.0.1:7777")).entrances())
                .containsExactly(address("127.0.0.1:7777").endpoint());
    }

    @Test
    void whatCannotBeMeantIsRefused() {
        refused("-whitelist=in,out@127.0.0.1", "Only direction was set, no permissions: 'in,out@127.0.0.1'");
        refused("-whitelist=oopsie@127.0.0.1", "Invalid P2P permission: 'oopsie'");
        refused("-whitelist=noban@127.0.0.1:230", "Invalid netmask specified in -whitelist: '127.0.0.1:230'");
        refused("-whitebind=noban@127.0.0.1/10", "Cannot resolve -whitebind address: '127.0.0.1/10'");
        refused("-whitebind=noban@127.0.0.1", "Need to specify a port with -whitebind: '127.0.0.1'");
    }

    private static void refused(String argument, String message) {
        assertThatThrownBy(() -> new PermissionOptions(settings(argument)).permitted())
                .isInstanceOf(UsageException.class)
                .hasMessage(message);
    }
}
