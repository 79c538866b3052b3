/* Which librdkafka this is, and what it can do: the public functions that `pintop --version` asks.
 */
#include <librdkafka/rdkafka.h>

#include "pintop/engine.h"

enum { FIRST_WITH_REAUTHENTICATION = 0x020200ff }; /* KIP-368, in its change log */

const char *pt_kafka_library(void)
{
    return rd_kafka_version_str();
}

bool pt_kafka_library_reauthenticates(void)
{
    return rd_kafka_version() >= FIRST_WITH_REAUTHENTICATION;
}
