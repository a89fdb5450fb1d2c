package org.starling.api.page;

import io.nayuki.qrcodegen.QrCode;

/**
 * A QR code to be drawn as one SVG path.
 *
 * @param size modules on each side, the quiet zone among them
 * @param path of the dark modules, each one unit wide
 */
record QrPicture(int size, String path) {
    /** Light modules that must surround the code. */
    private static final int QUIET = 4;

    static QrPicture of(String text) {
        QrCode code = QrCode.encodeText(text, QrCode.Ecc.MEDIUM);
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            int x = 0;
            while (x < code.size) {
                int begin = x;
                while (x < code.size && code.getModule(x, y)) {
                    x++;
                }
                if (x > begin) {
                    path.append("M%d %dh%dv1h-%dz".formatted(begin + QUIET, y + QUIET, x - begin, x - begin));
                }
                x = Math.max(x, begin + 1);
            }
        }
        return new QrPicture(code.size + 2 * QUIET, path.toString());
    }
}
