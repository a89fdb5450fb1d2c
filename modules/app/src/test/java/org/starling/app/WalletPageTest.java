package org.starling.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.Select;
import org.openqa.selenium.support.ui.WebDriverWait;

/** Somebody who has never used Bitcoin opens the page of a node in a real browser. */
@Timeout(240)
class WalletPageTest {
    private static final String STRANGER = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080";
    private static final String PASSPHRASE = "correct horse";

    /** The words of sixteen zero bytes. */
    private static final String ABANDON = "abandon ".repeat(11) + "about";

    @TempDir
    Path folder;

    private NodeProcess node;
    private Process process;
    private ChromeDriver browser;

    @BeforeEach
    void start() throws Exception {
        Optional<Path> chromium = onPath("chromium", "chromium-browser", "google-chrome");
        Optional<Path> driver = onPath("chromedriver");
        assumeTrue(chromium.isPresent() && driver.isPresent(), "chromium: neither browser nor driver is on the PATH");
        node = new NodeProcess(Files.createDirectory(folder.resolve("node")));
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
                "--window-size=1200,1600",
                "--user-data-dir=" + folder.resolve("profile"));
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.get().toFile())
                .usingAnyFreePort()
                .build();
        browser = new ChromeDriver(service, options);
        browser.manage().timeouts().scriptTimeout(Duration.ofSeconds(30));
        visit();
    }

    @AfterEach
    void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (node != null) {
            node.close();
        }
    }

    private static Optional<Path> onPath(String... names) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .flatMap(directory -> Stream.of(names).map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Starts the node and opens the address that it prints. */
    private void visit() throws Exception {
        process = node.start("-keypool=30", "-fallbackfee=0.0001", "-printtoconsole=0");
        Path out = folder.resolve("node").resolve("stdout");
        Pattern address = Pattern.compile("http://127\\.0\\.0\\.1:\\S+");
        Matcher found = address.matcher("");
        for (int tries = 0; tries < 600 && process.isAlive() && !found.find(); tries++) {
            Thread.sleep(100);
            found = address.matcher(Files.readString(out));
        }
        assertThat(process.isAlive()).as(node.standardError()).isTrue();
        browser.get("about:blank");
        browser.get(found.group());
    }

    private WebDriverWait soon() {
        return new WebDriverWait(browser, Duration.ofSeconds(40));
    }

    private WebElement see(String selector) {
        return soon().until(page -> page.findElements(By.cssSelector(selector)).stream()
                .filter(WebElement::isDisplayed)
                .findFirst()
                .orElse(null));
    }

    private void press(String selector) {
        see(selector).click();
    }

    private void write(String selector, String text) {
        WebElement field = see(selector);
        field.clear();
        field.sendKeys(text);
    }

    private void awaitText(String selector, String text) {
        soon().withMessage(() -> selector + " does not show " + text)
                .until(page -> text(selector).contains(text));
    }

    /** In one go: the place may be drawn anew between two questions. */
    private String text(String selector) {
        String script = "const one = document.querySelector(arguments[0]); return one ? one.textContent : ''";
        return String.valueOf(browser.executeScript(script, selector));
    }

    private List<String> words(String list) {
        see(list + " li");
        return browser.findElements(By.cssSelector(list + " li")).stream()
                .map(WebElement::getText)
                .toList();
    }

    private String create(String name, String passphrase) {
        press("#begin-create");
        write("#create-form [name=name]", name);
        write("#create-form [name=passphrase]", passphrase);
        write("#create-form [name=passphrase2]", passphrase);
        press("#create-form .main");
        List<String> words = words("#words");
        assertThat(words).hasSize(12);
        press("#words-written");
        assertThat(browser.findElements(By.cssSelector("#words li")))
                .as("the page keeps no words")
                .isEmpty();
        write("[name=word0]", "wrong");
        write("[name=word1]", asked(1, words));
        write("[name=word2]", asked(2, words));
        press("#confirm-form .main");
        assertThat(see("#confirm-form .error").getText()).contains("This is not word");
        write("[name=word0]", asked(0, words));
        press("#confirm-form .main");
        awaitText("#wallet-choice option:checked", name);
        return String.join(" ", words);
    }

    private String asked(int field, List<String> words) {
        String label = see("#ask" + field).getText();
        return words.get(Integer.parseInt(label.replace("Word ", "")) - 1);
    }

    private String addressFor(String label) {
        press("#open-receive");
        write("#receive-form [name=label]", label);
        press("#receive-form .main");
        return see("#request-address").getText();
    }

    private void mine(int blocks, String address) {
        assertThat(node.ask("generatetoaddress", Integer.toString(blocks), address)
                        .status())
                .isZero();
    }

    @Test
    void fromTheFirstVisitToAConfirmedPayment() throws Exception {
        assertThat(see("#network-note").getText()).contains("private test network", "no value");
        String words = create("Savings", PASSPHRASE);
        press("#add-wallet");
        create("Shop", "");
        String shop = addressFor("from Savings");
        assertThat(shop).startsWith("bcrt1p");
        assertThat(browser.findElements(By.cssSelector("#qr path"))).hasSize(1);
        new Select(see("#wallet-choice")).selectByVisibleText("Savings");
        awaitText("#wallet-choice option:checked", "Savings");

        mine(1, addressFor("mining"));
        awaitText("#immature-note", "50.00 BTC more is newly mined");
        mine(100, STRANGER);
        awaitText("#available", "50.00 BTC");

        // A link fills in the form; what is wrong is said in words.
        press("#open-send");
        see("#fees label");
        write("#send-form [name=to]", "bitcoin:" + shop + "?amount=1.5&label=Rent%20%26%20more");
        soon().until(page -> see("#send-form [name=to]").getDomProperty("value").equals(shop));
        assertThat(see("#send-form [name=label]").getDomProperty("value")).isEqualTo("Rent & more");
        write("#send-form [name=amount]", "1.500000001");
        press("#send-form .main");
        assertThat(see("#send-form .error").getText()).contains("eight decimals");
        write("#send-form [name=amount]", "60");
        press("#send-form .main");
        soon().until(page -> see("#send-form .error").getText().contains("has 50.00 BTC to spend"));
        write("#send-form [name=amount]", "1.5");
        press("#send-form .main");
        assertThat(see("#review").getText())
                .contains(shop, "Rent & more", "1.50000000 BTC", "0.00001540 BTC (10 sat per byte)", "48.49998460 BTC");
        write("#review-form [name=passphrase]", "guess");
        press("#review-send");
        assertThat(see("#review-form .error").getText()).contains("not the passphrase");
        assertThat(node.ask("getrawmempool").out()).as("nothing was sent").doesNotContain("\"");
        write("#review-form [name=passphrase]", PASSPHRASE);
        press("#review-send");
        awaitText("#history .waiting .status", "waiting for a block");
        awaitText("#available", "48.4999846 BTC");

        // Raise its fee; then watch it confirm.
        press("#history .entry.waiting");
        soon().until(page -> page.findElements(By.cssSelector("#history .link")).stream()
                        .filter(link -> link.getText().startsWith("Raise the fee"))
                        .findFirst()
                        .orElse(null))
                .click();
        assertThat(see("#review").getText()).contains("Fee before", "0.00001540 BTC", "Fee now");
        write("#review-form [name=passphrase]", PASSPHRASE);
        press("#review-send");
        awaitText("#history .replaced .status", "replaced by another payment");
        mine(1, STRANGER);
        awaitText("#history .entry.confirmed.sent .status", "1 confirmation");
        mine(2, STRANGER);
        awaitText("#history .entry.confirmed.sent .status", "3 confirmations");
        assertThat(see("#history .entry.confirmed.sent").getText()).contains("Rent & more", "−1.50 BTC");

        // The other side, and after a restart: what was chosen is still so.
        new Select(see("#wallet-choice")).selectByVisibleText("Shop");
        awaitText("#available", "1.50 BTC");
        assertThat(see("#history .entry").getText()).contains("from Savings", "+1.50 BTC", "3 confirmations");
        assertThat(node.ask("stop").status()).isZero();
        assertThat(NodeProcess.endOf(process)).isZero();
        assertThat(Files.readString(folder.resolve("node").resolve("regtest").resolve("debug.log")))
                .as("no secret gets into the log")
                .doesNotContain(PASSPHRASE)
                .doesNotContain(words);
        visit();
        awaitText("#wallet-choice option:checked", "Shop");
        awaitText("#history .entry .what", "from Savings");
    }

    @Test
    void aWalletComesBackFromItsWords() throws Exception {
        press("#begin-restore");
        write("#restore-form [name=words]", "abandon ".repeat(11) + "abuot");
        press("#restore-form .main");
        assertThat(see("#restore-form .error").getText()).contains("Word 12, \"abuot\"", "\"about\" is");
        write("#restore-form [name=words]", ABANDON);
        press("#restore-form .main");
        awaitText("#wallet-choice option:checked", "My wallet");
        String mined = addressFor("mine");
        mine(101, mined);
        awaitText("#available", "50.00 BTC");

        // Again, under another name: the chain holds what the words own.
        press("#add-wallet");
        press("#begin-restore");
        write("#restore-form [name=name]", "Second");
        write("#restore-form [name=words]", ABANDON);
        press("#restore-form .main");
        awaitText("#wallet-choice option:checked", "Second");
        awaitText("#available", "50.00 BTC");

        press("#open-safety");
        press("#show-words");
        assertThat(String.join(" ", words("#shown-words"))).isEqualTo(ABANDON);
        write("#protect-form [name=passphrase]", PASSPHRASE);
        write("#protect-form [name=passphrase2]", PASSPHRASE);
        press("#protect-form .actions button");
        see("#protected");
        press("#show-words");
        assertThat(see("#words-form .error").getText()).contains("not the passphrase");
    }
}
