package org.starling.api.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nayuki.qrcodegen.QrCode;
import org.junit.jupiter.api.Test;

/** Amounts and requests for payment as people write and pass them on (BIP-0021). */
class PaymentLinkTest {
    private static final String ADDRESS = "175tWpb8K1S7NmH4Zx6rewF9WQrcZv245W";

    @Test
    void theExamplesOfTheStandardAreRead() throws RefusedException {
        assertThat(PaymentLink.read("bitcoin:" + ADDRESS)).isEqualTo(new PaymentLink(ADDRESS, 0, "", ""));
        assertThat(PaymentLink.read("bitcoin:" + ADDRESS + "?label=Luke-Jr").label())
                .isEqualTo("Luke-Jr");
        assertThat(PaymentLink.read("BITCOIN:" + ADDRESS + "?amount=20.3&label=Luke-Jr"))
                .isEqualTo(new PaymentLink(ADDRESS, 2_030_000_000L, "Luke-Jr", ""));
        assertThat(
                        PaymentLink.read(
                                "bitcoin:" + ADDRESS
                                        + "?amount=50&label=Luke-Jr&message=Donation%20for%20project%20xyz&somethingyoudontunderstand=1"))
                .isEqualTo(new PaymentLink(ADDRESS, 5_000_000_000L, "Luke-Jr", "Donation for project xyz"));
        assertThat(PaymentLink.read(" " + ADDRESS + "\n").address())
                .as("an address alone")
                .isEqualTo(ADDRESS);
    }

    @Test
    void whatItRequiresAndWeDoNotKnowIsRefused() {
        assertThatThrownBy(() -> PaymentLink.read("bitcoin:" + ADDRESS + "?req-somethingyoudontunderstand=50"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("req-somethingyoudontunderstand");
        assertThatThrownBy(() -> PaymentLink.read("bitcoin:" + ADDRESS + "?label=%zz"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void itIsWrittenAsItIsRead() throws RefusedException {
        PaymentLink link = new PaymentLink(ADDRESS, 1, "Müller & Söhne + 1", "50% off");
        assertThat(link.write())
                .isEqualTo("bitcoin:" + ADDRESS
                        + "?amount=0.00000001&label=M%C3%BCller%20%26%20S%C3%B6hne%20%2B%201&message=50%25%20off");
        assertThat(PaymentLink.read(link.write())).isEqualTo(link);
    }

    @Test
    void amountsAreExact() throws RefusedException {
        assertThat(Amounts.read("0.1")).isEqualTo(10_000_000);
        assertThat(Amounts.read(".5")).isEqualTo(50_000_000);
        assertThat(Amounts.read("20999999.99999999")).isEqualTo(2_099_999_999_999_999L);
        assertThat(Amounts.read("1.000000000")).as("zeros say nothing").isEqualTo(100_000_000);
        assertThat(Amounts.readRate("1.005").satoshisPerKvb()).isEqualTo(1005);
    }

    @Test
    void whatIsNoAmountIsRefusedWithAReason() {
        refused("0.000000001", "eight decimals");
        refused("0", "more than nothing");
        refused("-1", "no number");
        refused("1e3", "no number");
        refused("1,5", "with a point");
        refused("21000000.00000001", "21 million");
        refused("", "How much");
    }

    private static void refused(String amount, String reason) {
        assertThatThrownBy(() -> Amounts.read(amount))
                .as(amount)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void thePictureHasEveryDarkModuleAndAQuietZone() {
        String text = "bitcoin:" + ADDRESS;
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
        QrPicture picture = QrPicture.of(text);
        assertThat(picture.size()).isEqualTo(code.size + 8);
        boolean[][] drawn = new boolean[picture.size()][picture.size()];
        for (String run : picture.path().split("z", -1)) {
            if (run.isEmpty()) {
                continue;
            }
            String[] numbers = run.substring(1).split("[ hv-]+", -1);
            int x = Integer.parseInt(numbers[0]);
            int y = Integer.parseInt(numbers[1]);
            for (int i = 0; i < Integer.parseInt(numbers[2]); i++) {
                drawn[y][x + i] = true;
            }
        }
        for (int y = 0; y < picture.size(); y++) {
            for (int x = 0; x < picture.size(); x++) {
                assertThat(drawn[y][x]).as("%d %d", x, y).isEqualTo(code.getModule(x - 4, y - 4));
            }
        }
    }
}
