namespace HybridReplica.Core

/// Every bound the replica keeps to, with its source.
[<RequireQualifiedAccess>]
module Limits =

    /// Most bytes of a handshake reply, its line end included. Redis reads such a line into 256 bytes
    /// (`sendSynchronousCommand`, 6.0.16).
    [<Literal>]
    let HandshakeLine = 255

    /// Most bytes of the line that announces a snapshot, its line end included, and of the PING reply in 2.6. Redis
    /// reads both into 1024 bytes (`readSyncBulkPayload`, 6.0.16; `syncWithMaster`, 2.6.17).
    [<Literal>]
    let PreambleLine = 1023

    /// Characters of an `$EOF:` mark (`CONFIG_RUN_ID_SIZE`, 6.0.16).
    [<Literal>]
    let MarkLength = 40

    /// Characters of a replication id (`CONFIG_RUN_ID_SIZE`, 6.0.16).
    [<Literal>]
    let ReplicationIdLength = 40

    /// Most bytes of a line in the stream, its line end included: the longest is the number in front of a word.
    [<Literal>]
    let StreamLine = 64

    /// Digits of the longest decimal number read from the wire. Nineteen digits could overflow 64 bits.
    [<Literal>]
    let NumberDigits = 18

    /// Bytes of snapshot after which the file is synced to disk (`REPL_MAX_WRITTEN_BEFORE_FSYNC`, 6.0.16).
    [<Literal>]
    let SyncStride = 8388608L

    /// Syncs after which a segment of an archive is sealed, so that its index stays small.
    [<Literal>]
    let SegmentSyncs = 100000

    /// Seconds until a base that could not be fetched is asked for again.
    [<Literal>]
    let BaseRetry = 60

    /// Tries to create the temporary file, a second apart (`syncWithMaster`, 6.0.16).
    [<Literal>]
    let TemporaryTries = 5

    /// Bytes at the start of every RDB that name its format and version.
    [<Literal>]
    let RdbHeadLength = 9

    /// Bytes at the start of an RDB in which an auxiliary field is looked for. Servers write those that matter first,
    /// in less than 300 bytes (`rdbSaveInfoAuxFields`, 7.0.15).
    [<Literal>]
    let AuxiliaryFields = 4096

    /// Seconds without a sign of life after which a master is given up (`repl-timeout`).
    [<Literal>]
    let Timeout = 60

    /// Seconds a reply may take from its first byte to its line end (`CONFIG_REPL_SYNCIO_TIMEOUT`, 6.0.16).
    [<Literal>]
    let ReplyTimeout = 5

    /// Seconds the handshake may take from connecting to the promise of a snapshot. Redis has no such limit; an hour is
    /// longer than any master in good health lets a replica wait for its turn.
    [<Literal>]
    let HandshakeTimeout = 3600
