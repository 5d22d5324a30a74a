namespace HybridReplica.Core

/// How a packed container (ziplist, listpack, intset, zipmap) contradicts itself.
[<RequireQualifiedAccess>]
type PackedTrouble =
    | None = 0
    /// There is no room for its head and its end.
    | TooShort = 1
    /// The size it says is not the size it has.
    | WrongSize = 2
    /// The place it says its last element is at is not where that is.
    | WrongTail = 3
    /// It has not as many elements as it says.
    | WrongCount = 4
    /// An element is encoded in a way there is none of.
    | UnknownEncoding = 5
    /// An element reaches beyond its end.
    | OutOfBounds = 6
    /// An element says a wrong length of itself, or of the one in front of it, for walking backwards.
    | WrongBackLength = 7
    /// The byte that ends it is not at its end.
    | NotTerminated = 8
    /// Numbers that must ascend do not.
    | NotAscending = 9

/// Why an RDB cannot be read, or not further.
[<RequireQualifiedAccess>]
type RdbTrouble =
    /// There is not a single byte.
    | Empty
    /// It does not begin like an RDB.
    | NotRdb
    /// It is of a version that is newer than all that are known.
    | FutureVersion of version: RdbVersion
    /// It ends in the middle.
    | Cut
    /// No opcode has this number.
    | UnknownOpcode of number: int
    /// No type of values has this number.
    | UnknownType of number: int
    /// It is known what the number means, and that no released server writes it, or that its form is not settled.
    | Refused of number: int * name: string
    /// A length was expected, and this byte begins none.
    | NotALength of first: int
    /// Something cannot be as long or as many as this.
    | ImpossibleLength of length: uint64
    /// A string is encoded in a way there is none of.
    | UnknownStringEncoding of number: int
    /// A compressed string does not become what it says.
    | BadCompression
    /// A packed container contradicts itself.
    | Damaged of container: string * trouble: PackedTrouble
    /// A container of pairs or triples ends in the middle of one.
    | Uneven of container: string
    /// The text of a score is no number.
    | BadScore
    /// A stream contradicts itself: in what.
    | BadStream of what: string
    /// The data of a module are not built as those of modules are.
    | BadModule of opcode: uint64
    /// Something that has to be in memory as a whole is larger than what is allowed.
    | TooLarge of bytes: int64 * limit: int64
    /// Its bytes do not have the checksum it says.
    | WrongChecksum of stored: uint64 * computed: uint64
