package pintop.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Makes the lab's topics and ACLs in one Java process; Kafka's own tools would be one for each.
 *
 * <p>Arguments: bootstrap servers, UserID, partitions, then the principals that may touch
 * {@code <UserID>.*} and the groups {@code connect-*}, and nothing else.
 */
public final class Setup {
    private Setup() {}

    public static void main(String[] args) throws Exception {
        String user = args[1];
        int partitions = Integer.parseInt(args[2]);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
            admin.createAcls(rights(user, List.of(args).subList(3, args.length))).all().get();
            for (String stream : List.of("pin", "geo", "user")) {
                create(admin, user + "." + stream, partitions);
            }
        }
    }

    private static void create(Admin admin, String topic, int partitions) throws Exception {
        NewTopic wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty());
        try {
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private static List<AclBinding> rights(String user, List<String> principals) {
        List<AclBinding> rights = new ArrayList<>();
        for (String principal : principals) {
            rights.add(all(ResourceType.TOPIC, user + ".", principal));
            rights.add(all(ResourceType.GROUP, "connect-", principal));
        }
        return rights;
    }

    private static AclBinding all(ResourceType type, String prefix, String principal) {
        return new AclBinding(
                new ResourcePattern(type, prefix, PatternType.PREFIXED),
                new AccessControlEntry(
                        "User:" + principal, "*", AclOperation.ALL, AclPermissionType.ALLOW));
    }
}
