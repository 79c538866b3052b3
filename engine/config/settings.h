/* The configuration, resolved once into what the engine's threads read. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "base/shard.h"
#include "pintop/config.h"
#include "pintop/snapshot.h"

/* The embedded sink closes an object at this size at the latest. */
enum { OBJECT_BYTES = 1024 * 1024 };

struct settings {
    char user_id[64], prefix[64], state_dir[256], sink_dir[256];
    char connector[PT_NAME_MAX], group[PT_NAME_MAX]; /* of the sink; "" unknown */
    char topics[PT_STREAMS][PT_TOPIC_MAX];
    char sources[PT_STREAMS][1024]; /* "synthetic", or an absolute path */
    double rates[PT_STREAMS];
    uint64_t seed, window;
    struct shard shard;
    struct shard lock_shard; /* of the lock: the whole on embedded, where the sink is shared */
    double dirty_pct;
    bool is_looping, has_keys, is_embedded, is_readonly;
    int64_t stop_timeout_ms, stop_after_ms; /* stop_after 0: off */
    int64_t flush_size;                     /* records of an object of the embedded sink */
    int64_t hold_bytes; /* a stream is held while a partition has more than this that the sink
                         * has not committed, by producer_record_bytes */
};

/* The properties that name the streams' topics, by enum pt_stream_id. */
extern const char *const settings_topics[PT_STREAMS];

/* Returns hold_bytes for objects of that many records. */
int64_t settings_hold_bytes(int64_t flush_size);

void settings_resolve(struct settings *set, const struct pt_config *cfg);

#endif
