package org.starling.api.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;
import tools.jackson.databind.JsonNode;

/** A real browser shows the page; in the same browser a hostile page tries to read and to act. */
class HostilePageTest {
    @TempDir
    static Path profile;

    /** Notes what is done, and does nothing. */
    private static final class Recorder implements PageActions {
        @Override
        public Set<String> names() {
            return WalletDesk.ACTIONS;
        }

        @Override
        public Object act(String name, JsonNode input) {
            DONE.add(name + " " + input);
            return Map.of("name", name);
        }
    }

    private static final List<String> DONE = new CopyOnWriteArrayList<>();
    private static final AtomicInteger ASKED = new AtomicInteger();
    private static final List<String> HEARD = new CopyOnWriteArrayList<>();
    private static PageServer page;
    private static HttpServer hostile;
    private static ChromeDriver browser;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<Path> driver = onPath("chromedriver");
        assumeTrue(chromium.isPresent() && driver.isPresent(), "chromium: neither browser nor driver is on the PATH");
        page = PageServer.start(0, HostilePageTest::state, new Recorder());
        hostile = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
        hostile.createContext("/", exchange -> {
            HEARD.add(exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().entrySet());
            byte[] html = "<!doctype html><title>hostile</title><body></body>".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/html");
            exchange.sendResponseHeaders(200, html.length);
            exchange.getResponseBody().write(html);
            exchange.close();
        });
        hostile.start();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.get().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--user-data-dir=" + profile,
                // A name of the attacker's that he lets point to this machine.
                "--host-resolver-rules=MAP rebound.example 127.0.0.1, MAP evil.example 127.0.0.1, EXCLUDE 127.0.0.1");
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.get().toFile())
                .usingAnyFreePort()
                .build();
        browser = new ChromeDriver(service, options);
        browser.manage().timeouts().scriptTimeout(Duration.ofSeconds(30));
        browser.get(page.address());
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(shown -> shown.findElement(By.id("state")).getText().contains("live"));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (hostile != null) {
            hostile.stop(0);
        }
        if (page != null) {
            page.close();
        }
    }

    private static Optional<Path> onPath(String... names) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static PageState state() {
        ASKED.incrementAndGet();
        PageState.Link link = new PageState.Link(
                "203.0.113.7:8333",
                "",
                true,
                "inbound",
                "v2",
                12.5,
                "/<b>evil</b><img src=x onerror=alert(1)>:1/",
                7,
                1_000,
                2_000,
                0);
        PageState.Node node = new PageState.Node(
                "this node",
                "regtest",
                true,
                7,
                7,
                "00ff",
                1,
                List.of(link),
                List.of(new PageState.Block(7, "00ff", 1_700_000_000, 3, 512)),
                new PageState.Mempool(1, 141, 2_820, List.of(new PageState.Waiting("aa11", 141, 2_820))),
                List.of(new PageState.Heard("198.51.100.9:8333", 1_700_000_000)),
                1,
                List.of(new PageState.Traffic("<b>tx</b>", 2, 500, 1, 250)),
                3);
        return new PageState("a node on regtest", List.of(node), List.of());
    }

    /** Runs a script in a page of that origin; the script calls {@code done} with a text. */
    private static String from(String origin, String script) {
        browser.get(origin + "/");
        return (String) browser.executeAsyncScript(
                "const done = arguments[arguments.length - 1]; const target = arguments[0];" + script,
                "http://127.0.0.1:" + page.port());
    }

    private static List<String> foreignOrigins() {
        int port = hostile.getAddress().getPort();
        // Another site, and another port of the same site, whose requests carry even a strict cookie.
        return List.of("http://evil.example:" + port, "http://127.0.0.1:" + port);
    }

    /** How often the state was asked for, once the stream of the page that was shown before has ended. */
    private static int askedWhenQuiet(String origin) throws InterruptedException {
        browser.get(origin + "/");
        int last;
        do {
            last = ASKED.get();
            Thread.sleep(1500);
        } while (ASKED.get() != last);
        return last;
    }

    @Test
    void theOwnerSeesThePage() {
        browser.get("about:blank");
        browser.get(page.address());
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(shown -> shown.findElement(By.id("height")).getText().equals("7"));
        browser.navigate().refresh();
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(shown -> shown.findElement(By.id("height")).getText().equals("7"));
        assertThat(browser.findElement(By.id("links")).getText())
                .as("what a peer chose is text")
                .contains("203.0.113.7:8333", "they called", "13 ms", "<img src=x onerror=alert(1)>");
        assertThat(browser.findElements(By.cssSelector("#links img"))).isEmpty();
        assertThat(browser.findElement(By.id("mempool")).getText()).contains("aa11", "20.0 sat/vB");
        assertThat(browser.findElement(By.id("heard")).getText()).contains("198.51.100.9:8333");
        assertThat((Long) browser.executeScript("return document.querySelectorAll('#graph circle').length"))
                .isEqualTo(2);
        assertThat(browser.getCurrentUrl())
                .as("the secret is not left in sight")
                .endsWith("/");
        assertThat(browser.manage().getCookies()).as("cookies know no ports").isEmpty();
    }

    @Test
    void anotherPageCannotRead() throws Exception {
        for (String origin : foreignOrigins()) {
            assertThat(from(
                            origin,
                            "fetch(target + '/events', {credentials: 'include'})"
                                    + ".then(r => done('read ' + r.status), e => done('refused'))"))
                    .as(origin)
                    .isEqualTo("refused");
            assertThat(from(
                            origin,
                            "fetch(target + '/', {credentials: 'include', mode: 'no-cors'})"
                                    + ".then(r => r.text()).then(t => done('text ' + t.length), e => done('refused'))"))
                    .as(origin)
                    .isIn("refused", "text 0");
            int asked = askedWhenQuiet(origin);
            assertThat(
                            from(
                                    origin,
                                    "const s = new EventSource(target + '/events', {withCredentials: true});"
                                            + "s.onmessage = m => done('read ' + m.data); s.onerror = () => { s.close(); done('refused'); }"))
                    .as(origin)
                    .isEqualTo("refused");
            assertThat(ASKED.get()).as("no state was made for it").isEqualTo(asked);
            assertThat(from(
                            origin,
                            "const s = document.createElement('script'); s.src = target + '/page.js';"
                                    + "s.onload = () => done('ran'); s.onerror = () => done('refused');"
                                    + "document.body.append(s);"))
                    .as(origin)
                    .isEqualTo("refused");
        }
    }

    @Test
    void anotherPageCannotFrameIt() {
        for (String origin : foreignOrigins()) {
            String seen = from(
                    origin,
                    "const f = document.createElement('iframe'); f.src = target + '/';"
                            + "f.onload = () => { try { done('framed ' + f.contentDocument.body.innerText.length); }"
                            + " catch (e) { done('closed'); } }; document.body.append(f);");
            assertThat(seen).as(origin).isIn("closed", "framed 0");
            browser.switchTo().frame(0);
            assertThat(browser.findElements(By.id("height"))).as(origin).isEmpty();
            browser.switchTo().defaultContent();
        }
    }

    @Test
    void anotherPageCannotAct() {
        for (String origin : foreignOrigins()) {
            assertThat(from(
                            origin,
                            "fetch(target + '/', {method: 'POST', credentials: 'include', body: 'x'})"
                                    + ".then(r => done('did ' + r.status), e => done('refused'))"))
                    .as(origin)
                    .isEqualTo("refused");
            browser.get(origin + "/");
            browser.executeScript(
                    "const f = document.createElement('form'); f.method = 'post';"
                            + "f.action = arguments[0]; document.body.append(f); f.submit();",
                    "http://127.0.0.1:" + page.port() + "/");
            new WebDriverWait(browser, Duration.ofSeconds(30))
                    .until(shown ->
                            !shown.findElement(By.tagName("body")).getText().isEmpty());
            assertThat(browser.findElement(By.tagName("body")).getText())
                    .as(origin)
                    .contains("This page is not for other pages.");
        }
    }

    /** Ways in which a page asks for an action; {@code headers} may be guessed at. */
    private static final String ASKING = "const say = r => r.type === 'opaque' ? 'unread' : 'said ' + r.status;"
            + "const guess = {'Content-Type': 'application/json', Authorization: 'Bearer ' + '0'.repeat(48)};"
            + "const ways = ["
            + "  {method: 'POST', mode: 'cors', headers: {'Content-Type': 'application/json'}},"
            + "  {method: 'POST', mode: 'cors', headers: guess},"
            + "  {method: 'POST', mode: 'no-cors', headers: {'Content-Type': 'text/plain'}},"
            + "  {method: 'POST', mode: 'no-cors'}];"
            + "const one = (name, way) => fetch(target + '/do/' + name,"
            + "    {...way, credentials: 'include', body: '{\"wallet\":\"\"}'}).then(say, e => 'refused');"
            + "Promise.all('NAMES'.split(' ').flatMap(name => ways.map(way => one(name, way))))"
            + ".then(all => done(all.join(',')));";

    private static List<String> askForEach(String origin) {
        String answers = from(origin, ASKING.replace("NAMES", String.join(" ", WalletDesk.ACTIONS)));
        List<String> all = List.of(answers.split(",", -1));
        assertThat(all).as(origin).hasSize(4 * WalletDesk.ACTIONS.size());
        return all;
    }

    @Test
    void anotherPageHasNoWalletActionDone() {
        DONE.clear();
        for (String origin : foreignOrigins()) {
            assertThat(askForEach(origin)).as(origin).isSubsetOf("refused", "unread");
        }
        for (String action : WalletDesk.ACTIONS) {
            browser.get(foreignOrigins().getFirst() + "/");
            browser.executeScript(
                    "const f = document.createElement('form'); f.method = 'post'; f.enctype = 'text/plain';"
                            + "f.action = arguments[0]; const i = document.createElement('input');"
                            + "i.name = '{\"wallet\":\"'; i.value = '\"}'; f.append(i); document.body.append(f); f.submit();",
                    "http://127.0.0.1:" + page.port() + "/do/" + action);
            new WebDriverWait(browser, Duration.ofSeconds(30))
                    .until(shown -> shown.findElement(By.tagName("body"))
                            .getText()
                            .contains("This page is not for other pages."));
        }
        assertThat(DONE).isEmpty();
    }

    @Test
    void noWalletActionIsDoneWithoutTheSecret() {
        DONE.clear();
        browser.get(page.address());
        assertThat(askForEach("http://127.0.0.1:" + page.port())).containsOnly("said 403");
        assertThat(DONE).isEmpty();
    }

    @Test
    void theOwnerHasThemDone() {
        DONE.clear();
        browser.get("about:blank");
        browser.get(page.address());
        for (String action : WalletDesk.ACTIONS) {
            String answer = (String) browser.executeAsyncScript(
                    "const done = arguments[arguments.length - 1];"
                            + "ask(arguments[0], {wallet: 'mine'}).then(said => done(said.name), e => done('refused'));",
                    action);
            assertThat(answer).isEqualTo(action);
        }
        assertThat(DONE).hasSameSizeAs(WalletDesk.ACTIONS).allMatch(done -> done.endsWith("{\"wallet\":\"mine\"}"));
        assertThat((String) browser.executeAsyncScript("const done = arguments[arguments.length - 1];"
                        + "ask('nothing', {}).then(said => done('did'), e => done('refused'));"))
                .isEqualTo("refused");
    }

    @Test
    void aReboundNameIsRefused() {
        String rebound = "http://rebound.example:" + page.port();
        browser.get(rebound + "/");
        assertThat(browser.findElement(By.tagName("body")).getText()).contains("This page is not for other pages.");
        browser.get(page.address().replace("127.0.0.1", "rebound.example"));
        assertThat(browser.findElement(By.tagName("body")).getText())
                .as("even with the secret")
                .contains("This page is not for other pages.");
    }

    @Test
    void withoutTheSecretThereIsNothing() {
        String origin = "http://127.0.0.1:" + page.port() + "/";
        for (String wrong : List.of("", "#guess")) {
            browser.get(origin);
            browser.executeScript("sessionStorage.clear()");
            browser.get("about:blank");
            browser.get(origin + wrong);
            new WebDriverWait(browser, Duration.ofSeconds(30))
                    .until(shown -> shown.findElement(By.id("state")).getText().contains("open the address"));
            assertThat(browser.findElement(By.id("height")).getText()).isNotEqualTo("7");
        }
        browser.get(page.address());
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(shown -> shown.findElement(By.id("height")).getText().equals("7"));
    }

    @Test
    void anotherServerOfThisMachineIsNotToldTheSecret() {
        String secret = page.address().substring(page.address().indexOf('#') + 1);
        String other = "http://127.0.0.1:" + hostile.getAddress().getPort() + "/from-the-page";
        browser.get(page.address());
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(shown -> shown.findElement(By.id("height")).getText().equals("7"));
        assertThat((String) browser.executeScript("return sessionStorage.getItem('secret')"))
                .isEqualTo(secret);

        browser.executeScript("location.href = arguments[0]", other);
        new WebDriverWait(browser, Duration.ofSeconds(30))
                .until(shown -> shown.getTitle().equals("hostile"));

        assertThat(HEARD).anyMatch(heard -> heard.startsWith("/from-the-page"));
        assertThat(HEARD).noneMatch(heard -> heard.contains(secret));
        assertThat(HEARD).noneMatch(heard -> heard.contains("Cookie"));
        assertThat(HEARD)
                .noneMatch(heard -> heard.contains("Referer=[" + page.address().split("/#")[0]));
        assertThat((String) browser.executeScript("return document.cookie + sessionStorage.getItem('secret')"))
                .isEqualTo("null");
    }
}
