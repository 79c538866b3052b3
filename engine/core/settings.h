/* The configuration, resolved once into what the engine's threads read. */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "pintop/config.h"
#include "pintop/snapshot.h"

/* The embedded sink closes an object at so many at the latest. */
enum { OBJECT_BYTES = 1024 * 1024 };

struct settings {
    char user_id[64], prefix[64], state_dir[256], sink_dir[256];
    char connector[PT_NAME_MAX], group[PT_NAME_MAX]; /* of the sink; "" unknown */
    char topics[PT_STREAMS][PT_TOPIC_MAX];
    char sources[PT_STREAMS][1024]; /* "synthetic", or an absolute path */
    double rates[PT_STREAMS];
    uint64_t seed, window;
    double dirty_pct;
    bool is_looping, has_keys, is_embedded, is_readonly;
    int64_t stop_timeout_ms, stop_after_ms; /* stop_after 0: off */
    int64_t flush_size;                     /* records of an object of the embedded sink */
    int64_t hold_bytes; /* a stream is held while a partition has more that the sink has not
                           committed, by producer_record_bytes */
};

/* hold_bytes for objects of so many records. */
int64_t settings_hold_bytes(int64_t flush_size);

void settings_resolve(struct settings *set, const struct pt_config *cfg);

#endif
