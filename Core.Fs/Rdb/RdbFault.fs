namespace HybridReplica.Core

/// Why an RDB could not be read to its end, and where.
type RdbFault =
    {
        Trouble: RdbTrouble
        /// How many bytes were read before.
        Offset: int64
        /// None: before the first entry.
        Database: int voption
        /// The key of the entry it happened in, or its first 256 bytes. None: it happened between two entries.
        Key: byte[] voption
        /// How many entries were read to their end before.
        Entries: int64
    }
