package pintop.lab;

import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidString;

/** The sink's settings, under the names of Confluent's S3 sink connector. */
final class S3SinkConfig extends AbstractConfig {
    static final String JSON = "io.confluent.connect.s3.format.json.JsonFormat";
    static final String BYTES = "io.confluent.connect.s3.format.bytearray.ByteArrayFormat";

    static final String AGAIN = "lab.tries.again";

    static final ConfigDef DEFINITION =
            new ConfigDef()
                    .define("s3.bucket.name", Type.STRING, Importance.HIGH, "The bucket.")
                    .define("s3.region", Type.STRING, "us-east-1", Importance.MEDIUM, "Its region.")
                    .define("store.url", Type.STRING, Importance.HIGH, "The S3 server's address.")
                    .define("aws.access.key.id", Type.STRING, Importance.HIGH, "The key's id.")
                    .define("aws.secret.access.key", Type.PASSWORD, Importance.HIGH, "Its secret.")
                    .define("topics.dir", Type.STRING, "topics", Importance.LOW, "First folder of all keys.")
                    .define("flush.size", Type.INT, ConfigDef.NO_DEFAULT_VALUE, ConfigDef.Range.atLeast(1),
                            Importance.HIGH, "Records of one object.")
                    .define("rotate.schedule.interval.ms", Type.LONG, -1L, Importance.MEDIUM,
                            "An object is written at the latest after this time; -1 never.")
                    .define("format.class", Type.STRING, JSON, ValidString.in(JSON, BYTES),
                            Importance.HIGH, "How records become objects.")
                    .define("format.bytearray.extension", Type.STRING, ".bin", Importance.LOW,
                            "The end of the keys with ByteArrayFormat.")
                    .define("partitioner.class", Type.STRING,
                            "io.confluent.connect.storage.partitioner.DefaultPartitioner",
                            ValidString.in("io.confluent.connect.storage.partitioner.DefaultPartitioner"),
                            Importance.MEDIUM, "Only the default one.")
                    .define("storage.class", Type.STRING, "io.confluent.connect.s3.storage.S3Storage",
                            Importance.LOW, "Accepted.")
                    .define("schema.compatibility", Type.STRING, "NONE", Importance.LOW, "Accepted.")
                    .define("behavior.on.null.values", Type.STRING, "fail",
                            ValidString.in("fail", "ignore"), Importance.LOW, "Records without a value.")
                    .define(AGAIN, Type.BOOLEAN, true, Importance.LOW,
                            "What S3 refuses is tried again for ever; false: the task fails, as"
                                    + " Confluent's does.")
                    .define("s3.part.size", Type.INT, 26214400, Importance.LOW, "Accepted.");

    S3SinkConfig(Map<String, String> settings) {
        super(DEFINITION, settings);
    }

    boolean isBytes() {
        return BYTES.equals(getString("format.class"));
    }

    String extension() {
        return isBytes() ? getString("format.bytearray.extension") : ".json";
    }

    /** {@code topics/<topic>/partition=<n>/<topic>+<n>+<first offset, 10 digits>.json}. */
    String key(String topic, int partition, long firstOffset) {
        String name = String.format("%s+%d+%010d%s", topic, partition, firstOffset, extension());
        return String.join("/", List.of(getString("topics.dir"), topic, "partition=" + partition, name));
    }
}
