namespace HybridReplica.Core

open System

/// What a command of the stream means to the position itself.
type CommandKind =
    /// Its name has not been seen yet.
    | Unknown = 0
    /// Nothing: it is data, known to us or not.
    | Data = 1
    /// A sign of life.
    | Ping = 2
    /// The commands behind it are for another database.
    | Select = 3
    /// The commands behind it belong together.
    | Multi = 4
    /// The last of them.
    | Exec = 5
    /// A word from the master to its replicas.
    | Replconf = 6
    /// The master wants to know how much was applied (`REPLCONF GETACK *`).
    | Getack = 7

module internal CommandKinds =

    /// The longest name of a command that is not just data.
    [<Literal>]
    let LongestName = 8

    let private is (name: string) (word: ReadOnlySpan<byte>) = Text.Ascii.EqualsIgnoreCase(word, name)

    /// What a command of that name is. Redis compares names without regard to case.
    let ofName (word: ReadOnlySpan<byte>) : CommandKind =
        match word.Length with
        | 4 when is "PING" word -> CommandKind.Ping
        | 4 when is "EXEC" word -> CommandKind.Exec
        | 5 when is "MULTI" word -> CommandKind.Multi
        | 6 when is "SELECT" word -> CommandKind.Select
        | 8 when is "REPLCONF" word -> CommandKind.Replconf
        | _ -> CommandKind.Data

    /// Whether the first argument of REPLCONF asks for an acknowledgement.
    let isGetack (word: ReadOnlySpan<byte>) = is "GETACK" word
