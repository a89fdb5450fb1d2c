package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    Path folder;

    private static Settings commandLine(String... arguments) throws Exception {
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(arguments));
        settings.useSection(Chains.sectionOf(settings));
        return settings;
    }

    private Settings withFile(String content, String... arguments) throws Exception {
        Files.writeString(folder.resolve("bitcoin.conf"), content);
        Settings settings = new Settings(Options.ofNode());
        settings.addCommandLine(List.of(arguments));
        ConfigFile.readAll(settings, folder);
        settings.useSection(Chains.sectionOf(settings));
        return settings;
    }

    @Test
    void oneDashOrTwo() throws Exception {
        Settings settings = commandLine("-port=1234", "--rpcport=4321", "-listen");
        assertThat(settings.port("port", 8333)).isEqualTo(1234);
        assertThat(settings.port("rpcport", 8332)).isEqualTo(4321);
        assertThat(settings.flag("listen", false)).isTrue();
    }

    @Test
    void theLastOnTheCommandLineCounts() throws Exception {
        assertThat(commandLine("-dbcache=5", "-dbcache=7").number("dbcache", 450))
                .isEqualTo(7);
    }

    @Test
    void negation() throws Exception {
        assertThat(commandLine("-nolisten").flag("listen", true)).isFalse();
        assertThat(commandLine("-listen=0").flag("listen", true)).isFalse();
        assertThat(commandLine("-nolisten=0").flag("listen", false)).isTrue();
        assertThat(commandLine("-connect=a", "-noconnect", "-connect=b").list("connect"))
                .containsExactly("b");
        assertThat(commandLine("-noconnect").isNegated("connect")).isTrue();
        assertThatThrownBy(() -> commandLine("-nodatadir"))
                .hasMessage("Negating of -datadir is meaningless and therefore forbidden");
    }

    @Test
    void unknownParameter() {
        assertThatThrownBy(() -> commandLine("-foo")).hasMessage("Invalid parameter -foo");
        assertThatThrownBy(() -> commandLine("-foo=3")).hasMessage("Invalid parameter -foo=3");
        assertThatThrownBy(() -> commandLine("-regtest.port=3")).hasMessage("Invalid parameter -regtest.port=3");
    }

    @Test
    void oneChainOnly() {
        assertThatThrownBy(() -> commandLine("-regtest", "-signet")).hasMessageContaining("at most one");
        assertThatThrownBy(() -> commandLine("-chain=fun")).hasMessage("Unknown chain fun.");
    }

    @Test
    void sectionsOfTheFile() throws Exception {
        Settings settings = withFile("""
                regtest=1   # a comment
                rpcuser=ann
                port=1111
                [regtest]
                port=2222
                port=3333
                [main]
                rpcuser=bob
                """);
        assertThat(Chains.sectionOf(settings)).isEqualTo("regtest");
        assertThat(settings.port("port", 0)).as("the first in a file counts").isEqualTo(2222);
        assertThat(settings.text("rpcuser")).isEqualTo("ann");
        assertThat(withFile("[regtest]\nport=5", "-regtest", "-port=6").port("port", 0))
                .isEqualTo(6);
    }

    @Test
    void networkOptionsOutsideASectionAreForMain() throws Exception {
        Settings settings = withFile("regtest=1\nport=1111\nbind=127.0.0.1\n");
        assertThat(settings.port("port", 18444)).isEqualTo(18444);
        assertThat(settings.unsuitable()).containsExactly("port", "bind");
        assertThat(withFile("port=1111").port("port", 8333)).isEqualTo(1111);
    }

    @Test
    void valuesOfAllSourcesAreCollected() throws Exception {
        Settings settings = withFile("uacomment=c\n[regtest]\nuacomment=b\n", "-regtest", "-uacomment=a");
        assertThat(settings.list("uacomment")).containsExactly("a", "b", "c");
    }

    @Test
    void mistakesInTheFile() {
        assertThatThrownBy(() -> withFile("garbage")).hasMessage("parse error on line 1: garbage");
        assertThatThrownBy(() -> withFile("\n-dash=1"))
                .hasMessage("parse error on line 2: -dash=1, options in configuration file must be specified without"
                        + " leading -");
        assertThatThrownBy(() -> withFile("nono"))
                .hasMessage("parse error on line 1: nono, if you intended to specify a negated option, use nono=1"
                        + " instead");
        assertThatThrownBy(() -> withFile("rpcpassword=a#b")).hasMessageContaining("using # in rpcpassword");
        assertThatThrownBy(() -> withFile("conf=other")).hasMessageContaining("conf cannot be set");
    }

    @Test
    void unknownKeysOfTheFileAreRemarkedOn() throws Exception {
        assertThat(withFile("dash_conf=1").remarks()).containsExactly("Ignoring unknown configuration value dash_conf");
    }

    @Test
    void includedFiles() throws Exception {
        Files.writeString(folder.resolve("more.conf"), "dbcache=9\n");
        assertThat(withFile("includeconf=more.conf").number("dbcache", 450)).isEqualTo(9);
        assertThat(withFile("includeconf=more.conf", "-noincludeconf").number("dbcache", 450))
                .isEqualTo(450);
        assertThatThrownBy(() -> withFile("includeconf=absent.conf"))
                .hasMessage("Failed to include configuration file absent.conf");
    }

    @Test
    void secretsAreNotShown() throws Exception {
        assertThat(commandLine("-rpcpassword=hush", "-addnode=some.node").shown())
                .containsExactly("Command-line arg: rpcpassword=****", "Command-line arg: addnode=\"some.node\"");
    }
}
