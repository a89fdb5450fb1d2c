package org.starling.junit;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ModifierSupport;
import org.starling.embed.Node;
import org.starling.engine.NetAddress;

/** Makes the nodes that {@link RegtestNode} asks for; JUnit closes them with the context that they were made in. */
final class RegtestNodeExtension implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {
    private static final ExtensionContext.Namespace OURS =
            ExtensionContext.Namespace.create(RegtestNodeExtension.class);

    private static final Duration LINKED_WITHIN = Duration.ofSeconds(30);

    /** The nodes of one context, in the order in which they were made. */
    private record Nodes(List<FundedNode> list) implements AutoCloseable {
        @Override
        public void close() {
            list.reversed().forEach(FundedNode::close);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        inject(context, context.getRequiredTestClass(), null, ModifierSupport::isStatic);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
            inject(context, instance.getClass(), instance, ModifierSupport::isNotStatic);
        }
    }

    private static void inject(
            ExtensionContext context, Class<?> type, @Nullable Object instance, Predicate<Field> which)
            throws Exception {
        // Fields have no order that could be relied on: those to connect to come first.
        List<Field> fields = AnnotationSupport.findAnnotatedFields(type, RegtestNode.class, which).stream()
                .sorted(Comparator.comparing(
                        field -> field.getAnnotation(RegtestNode.class).connected()))
                .toList();
        for (Field field : fields) {
            if (field.getType() != FundedNode.class) {
                throw new ExtensionConfigurationException(
                        "@RegtestNode is for fields of type FundedNode, and " + field + " is none: change its type.");
            }
            field.setAccessible(true);
            field.set(instance, make(context, field.getAnnotation(RegtestNode.class)));
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.isAnnotated(RegtestNode.class)
                && parameter.getParameter().getType() == FundedNode.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        try {
            return make(context, parameter.findAnnotation(RegtestNode.class).orElseThrow());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ParameterResolutionException("interrupted while a regtest node was started", e);
        } catch (Exception e) {
            throw new ParameterResolutionException("no regtest node: " + e.getMessage(), e);
        }
    }

    private static FundedNode make(ExtensionContext context, RegtestNode wish) throws Exception {
        Optional<FundedNode> earlier = latest(context);
        FundedNode made = Template.start();
        nodes(context).list().add(made);
        if (wish.connected()) {
            link(
                    made.node(),
                    earlier.orElseThrow(() -> new ExtensionConfigurationException(
                                    "There is no node to connect to: have another @RegtestNode before this one."))
                            .node());
        }
        return made;
    }

    private static void link(Node from, Node to) throws Exception {
        NetAddress address = to.address();
        if (address == null) {
            throw new IllegalStateException("the earlier node does not listen");
        }
        int before = to.peers().size();
        from.connect(address);
        from.awaitPeers(1, LINKED_WITHIN);
        to.awaitPeers(before + 1, LINKED_WITHIN);
    }

    private static Nodes nodes(ExtensionContext context) {
        // a store also finds what those around it have, so the key tells whose nodes they are
        return context.getStore(OURS)
                .computeIfAbsent(context.getUniqueId(), _ -> new Nodes(new ArrayList<>()), Nodes.class);
    }

    private static Optional<FundedNode> latest(ExtensionContext context) {
        List<FundedNode> own = nodes(context).list();
        return own.isEmpty() ? context.getParent().flatMap(RegtestNodeExtension::latest) : Optional.of(own.getLast());
    }
}
