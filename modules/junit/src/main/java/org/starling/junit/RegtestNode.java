package org.starling.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Marks a parameter or field of type {@link FundedNode} that is to have a node of its own.
 *
 * <pre>{@code
 * @Test
 * void aPaymentIsMined(@RegtestNode FundedNode node) {
 *     Transaction payment = node.pay(scriptPubKey, 100_000);
 *     node.generate(1);
 * }
 * }</pre>
 *
 * <p>The node of a static field or a constructor's parameter runs as long as JUnit keeps what it belongs to, that of an
 * instance field or a method's parameter for one test; then it is closed.
 */
@Documented
@Target({ElementType.FIELD, ElementType.PARAMETER})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RegtestNodeExtension.class)
public @interface RegtestNode {
    /** Whether it is linked to the node that was made before it for the same test or class. */
    boolean connected() default false;
}
