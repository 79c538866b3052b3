package pintop.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.sink.SinkTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Collects the records of each partition and writes them as objects. An object's key is its first
 * offset, only offsets in written objects are committed, and after a restart the same records get
 * the same keys: each record is in the bucket once.
 *
 * <p>While S3 refuses or is away the task keeps what it has and asks Connect to come again with the
 * same batch ({@link RetriableException}): it stays RUNNING, and goes on when S3 is back. With
 * {@code lab.tries.again=false} it fails instead, as Confluent's does.
 */
public final class S3SinkTask extends SinkTask {
    private static final Logger LOG = LoggerFactory.getLogger(S3SinkTask.class);

    /** The object that a partition is at. */
    private static final class Open {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long first = -1; // offset of the first record; -1 there is none
        long next = -1; // the least offset that is not in here or written; -1 whatever comes
        long written = -1; // everything below is in objects; -1 nothing yet
        int records;
        long openedMs;
    }

    private final Map<TopicPartition, Open> open = new HashMap<>();
    private final JsonConverter json = new JsonConverter();
    private S3SinkConfig config;
    private S3Client s3;

    @Override
    public void start(Map<String, String> settings) {
        config = new S3SinkConfig(settings);
        json.configure(Map.of("schemas.enable", "false"), false);
        s3 =
                S3Client.builder()
                        .endpointOverride(URI.create(config.getString("store.url")))
                        .forcePathStyle(true)
                        .region(Region.of(config.getString("s3.region")))
                        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create(
                                                config.getString("aws.access.key.id"),
                                                config.getPassword("aws.secret.access.key").value())))
                        .httpClient(UrlConnectionHttpClient.create())
                        .build();
    }

    @Override
    public void open(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            open.put(partition, new Open());
        }
    }

    @Override
    public void close(Collection<TopicPartition> partitions) {
        open.keySet().removeAll(partitions);
    }

    @Override
    public void put(Collection<SinkRecord> records) {
        for (SinkRecord record : records) {
            TopicPartition partition =
                    new TopicPartition(record.originalTopic(), record.originalKafkaPartition());
            Open object = open.get(partition);
            if (record.originalKafkaOffset() < object.next) {
                continue; // of a batch that has come before
            }
            if (record.value() == null && isNullLeftOut()) {
                continue;
            }
            if (object.records >= config.getInt("flush.size")) {
                write(partition, object);
            }
            add(object, record);
        }
        writeDue();
    }

    private void add(Open object, SinkRecord record) {
        byte[] line = line(record);
        if (object.records++ == 0) {
            object.first = record.originalKafkaOffset();
            object.openedMs = System.currentTimeMillis();
        }
        object.next = record.originalKafkaOffset() + 1;
        object.bytes.writeBytes(line);
        object.bytes.write('\n');
    }

    private boolean isNullLeftOut() {
        return config.getString("behavior.on.null.values").equals("ignore");
    }

    private byte[] line(SinkRecord record) {
        if (record.value() == null) {
            throw new ConnectException(
                    "Null valued records are not writeable with current behavior.on.null.values"
                            + " 'fail' settings.");
        }
        if (!config.isBytes()) {
            return json.fromConnectData(record.topic(), record.valueSchema(), record.value());
        }
        if (record.value() instanceof byte[] bytes) {
            return bytes;
        }
        throw new DataException("ByteArrayFormat needs the ByteArrayConverter for values");
    }

    private void writeDue() {
        long intervalMs = config.getLong("rotate.schedule.interval.ms");
        long now = System.currentTimeMillis();
        open.forEach(
                (partition, object) -> {
                    boolean isOld = intervalMs > 0 && now - object.openedMs >= intervalMs;
                    boolean isFull = object.records >= config.getInt("flush.size");
                    if (object.records > 0 && (isFull || isOld)) {
                        write(partition, object);
                    }
                });
    }

    private void write(TopicPartition partition, Open object) {
        String key = config.key(partition.topic(), partition.partition(), object.first);
        try {
            s3.putObject(
                    r -> r.bucket(config.getString("s3.bucket.name")).key(key),
                    RequestBody.fromBytes(object.bytes.toByteArray()));
        } catch (SdkException e) {
            if (!config.getBoolean(S3SinkConfig.AGAIN)) {
                throw new ConnectException(new IOException("Part upload failed: ", e));
            }
            LOG.error("{} was not written, will be tried again: {}", key, e.getMessage());
            throw new RetriableException("S3 did not take " + key, e);
        }
        object.written = object.next;
        object.records = 0;
        object.bytes.reset();
    }

    /** Only what is in objects is committed. */
    @Override
    public Map<TopicPartition, OffsetAndMetadata> preCommit(
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        Map<TopicPartition, OffsetAndMetadata> written = new HashMap<>();
        open.forEach(
                (partition, object) -> {
                    if (object.written >= 0) {
                        written.put(partition, new OffsetAndMetadata(object.written));
                    }
                });
        return written;
    }

    @Override
    public void stop() {
        if (s3 != null) {
            s3.close();
        }
    }

    @Override
    public String version() {
        return "lab";
    }
}
