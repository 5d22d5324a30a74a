namespace HybridReplica.Tests.Rdb

open HybridReplica.Core
open HybridReplica.Tests

/// An entry of an RDB: what reading must give back. How it is written besides is left to chance.
type WrittenEntry =
    {
        Key: byte[]
        /// The number of its type: the form its value is written in.
        Form: int
        Value: RdbValue
        /// In milliseconds since 1970.
        Expiry: int64 voption
        /// In seconds.
        Idle: int64 voption
        Frequency: int voption
        /// What modules keep about the key: classes and items.
        Metadata: (int64 * ModuleItem list) list
    }

    /// An entry with nothing said beside its value.
    static member Of(key: string, form: int, value: RdbValue) : WrittenEntry =
        {
            Key = Snapshots.latin1 key
            Form = form
            Value = value
            Expiry = ValueNone
            Idle = ValueNone
            Frequency = ValueNone
            Metadata = []
        }

/// What an RDB is made of, in the order it is written in.
[<RequireQualifiedAccess>]
type RdbPart =
    | Auxiliary of name: byte[] * value: byte[]
    | FunctionLibrary of source: byte[]
    | ModuleAuxiliary of id: int64 * placement: int64 * items: ModuleItem list
    | SlotImport of job: byte[] * ranges: (int64 * int64) list
    | Database of number: int64
    | DatabaseSize of keys: int64 * expiring: int64
    | SlotInfo of slot: int64 * keys: int64 * expiring: int64
    | Entry of WrittenEntry

/// An RDB as a value.
type RdbContent =
    {
        Version: RdbVersion
        Parts: RdbPart list
        /// Whether a version that has room for a checksum has one.
        IsSummed: bool
    }

/// Where an entry is in the bytes of an RDB.
type EntryBounds =
    {
        /// The first byte of what is said of it in front of its type.
        Start: int
        ValueStart: int
        End: int
    }

/// An RDB as bytes.
type WrittenRdb =
    {
        Bytes: byte[]
        Entries: EntryBounds list
    }
