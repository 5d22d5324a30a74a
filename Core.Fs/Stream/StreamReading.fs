namespace HybridReplica.Core

open System
open System.Globalization

/// A command as the grammar of the stream reads it. Text has one character for each byte.
type internal StreamCommand =
    {
        /// The offset in front of its first byte.
        Start: int64
        /// The offset behind its last byte.
        End: int64
        /// Its words, the name first.
        Words: string list
        Kind: CommandKind
        /// The database selected behind it, if that is known.
        Database: int voption
        /// Where the transaction began that it belongs to, MULTI and EXEC included.
        Transaction: int64 voption
        /// The end of the last command outside of transactions.
        Safe: int64
        /// The database selected there.
        SafeDatabase: int voption
        /// The end of the last command that is no mere SELECT, PING or REPLCONF, or the beginning.
        Changed: int64
    }

/// How a text of the stream ends.
[<RequireQualifiedAccess>]
type internal StreamEnding =
    /// Between two commands.
    | Between
    /// Inside a command, or inside the line that begins one.
    | Inside
    /// With what cannot be in a stream, and the offset in front of that.
    | Trouble of offset: int64 * trouble: StreamTrouble

/// What the grammar has read of a stream.
type internal StreamReading =
    {
        /// The offset at which the text begins.
        Origin: int64
        /// The commands, the last of them first.
        Backwards: StreamCommand list
        /// The database selected now, if that is known.
        Database: int voption
        /// Where the transaction began that is open now.
        Transaction: int64 voption
        Safe: int64
        SafeDatabase: int voption
        Changed: int64
        Ending: StreamEnding
    }

    /// The beginning of a stream at a position between two commands.
    static member At(position: Position) : StreamReading =
        let offset = position.Offset.Bytes

        {
            Origin = offset
            Backwards = []
            Database = position.Database
            Transaction = ValueNone
            Safe = offset
            SafeDatabase = position.Database
            Changed = offset
            Ending = StreamEnding.Between
        }

    /// The commands in their order.
    member this.Commands = List.rev this.Backwards

module internal StreamReading =

    /// Whether the word is the name, which Redis compares without regard to case.
    let isName (name: string) (word: string) =
        name.Equals(word, StringComparison.OrdinalIgnoreCase)

    /// The number of a database.
    let tryDatabase (text: string) : int voption =
        let isNumber =
            text <> ""
            && text.Length <= Limits.NumberDigits
            && String.forall Char.IsAsciiDigit text

        match Int32.TryParse(text, CultureInfo.InvariantCulture) with
        | true, database when isNumber -> ValueSome database
        | _ -> ValueNone

    /// Whether it is one.
    let isDatabase (text: string) : bool = ValueOption.isSome (tryDatabase text)

    /// What a command is, by its words.
    let kindOf (words: string list) : CommandKind =
        match words with
        | name :: _ when isName "PING" name -> CommandKind.Ping
        | name :: _ when isName "SELECT" name -> CommandKind.Select
        | name :: _ when isName "MULTI" name -> CommandKind.Multi
        | name :: _ when isName "EXEC" name -> CommandKind.Exec
        | name :: first :: _ when isName "REPLCONF" name && isName "GETACK" first -> CommandKind.Getack
        | name :: _ when isName "REPLCONF" name -> CommandKind.Replconf
        | _ -> CommandKind.Data

    let private isChange (kind: CommandKind) =
        match kind with
        | CommandKind.Select
        | CommandKind.Ping
        | CommandKind.Replconf
        | CommandKind.Getack -> false
        | _ -> true

    /// What a command does to the position. A position is safe outside of transactions alone, and it keeps the database
    /// that was selected there: since 7.2 a SELECT may stand between MULTI and EXEC.
    let follow (start: int64) (words: string list) (ended: int64) (reading: StreamReading) : StreamReading =
        let kind = kindOf words

        let database =
            match kind, words with
            | CommandKind.Select, [ _; database ] -> tryDatabase database
            | _ -> reading.Database

        let belongsTo =
            match kind, reading.Transaction with
            | CommandKind.Multi, ValueNone -> ValueSome start
            | _, transaction -> transaction

        let isSafe = kind = CommandKind.Exec || belongsTo.IsNone

        let command =
            {
                Start = start
                End = ended
                Words = words
                Kind = kind
                Database = database
                Transaction = belongsTo
                Safe = if isSafe then ended else reading.Safe
                SafeDatabase = if isSafe then database else reading.SafeDatabase
                Changed = if isChange kind then ended else reading.Changed
            }

        { reading with
            Backwards = command :: reading.Backwards
            Database = database
            Transaction = if isSafe then ValueNone else belongsTo
            Safe = command.Safe
            SafeDatabase = command.SafeDatabase
            Changed = command.Changed
        }
