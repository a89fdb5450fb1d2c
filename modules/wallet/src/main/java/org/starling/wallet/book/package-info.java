/** What a wallet keeps: keys, transactions, labels; and the file that it keeps them in. */
@org.jspecify.annotations.NullMarked
package org.starling.wallet.book;
