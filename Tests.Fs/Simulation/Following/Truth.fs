namespace HybridReplica.Tests.Simulation.Following

open System
open HybridReplica.Core

/// All that is in a history, from where the conversation knows it: what masters and replicas remember is compared with
/// this. It is read by a reader of its own, so that nobody checks himself.
type Truth =
    {
        /// What it is and was called, the latest first, each with the offset up to which the name is good.
        Ids: (ReplicationId * int64) list
        /// The offset in front of the first byte.
        Start: int64
        /// Its bytes, one character each.
        Text: string
        /// The database selected at the end.
        Database: int
        /// The ends of commands outside of transactions.
        Safe: Set<int64>
        /// The ends of commands that are data, with the databases they are for.
        Data: Map<int64, int>
        /// The ends of SELECT, PING and REPLCONF outside of transactions, by their beginnings.
        Housekeeping: Map<int64, int64>
        /// The ends of commands that want to know how much was applied.
        Questions: Set<int64>
        /// The ends of what is no command.
        Nonsense: Set<int64>
    }

    /// How far it goes.
    member this.End = this.Start + int64 this.Text.Length

    /// Its bytes between two offsets, as far as it has them.
    member this.Between(first: int64, last: int64) : string =
        let length = int64 this.Text.Length
        let first = Math.Clamp(first - this.Start, 0L, length)
        let last = Math.Clamp(last - this.Start, first, length)
        this.Text.Substring(int first, int (last - first))

    /// Whether an offset under a name is a place in this history.
    member this.Has(id: ReplicationId, offset: int64) : bool =
        offset <= this.End
        && List.exists (fun (name, limit) -> name = id && offset <= limit) this.Ids

    /// The last place up to there that is outside of commands and transactions.
    member this.SafeBefore(offset: int64) : int64 =
        let rec search offset =
            if offset <= this.Start || this.Safe.Contains offset then
                offset
            else
                search (offset - 1L)

        search offset

    /// The end of the housekeeping that follows a place.
    member this.BehindHousekeeping(offset: int64) : int64 =
        match this.Housekeeping.TryFind offset with
        | Some last -> this.BehindHousekeeping last
        | None -> offset

[<RequireQualifiedAccess>]
module Truth =

    /// A history of which nothing is known but its end.
    let beginning (id: ReplicationId) (offset: int64) (database: int) : Truth =
        {
            Ids = [ id, Int64.MaxValue ]
            Start = offset
            Text = ""
            Database = database
            Safe = Set.singleton offset
            Data = Map.empty
            Housekeeping = Map.empty
            Questions = Set.empty
            Nonsense = Set.empty
        }

    let private lineAt (text: string) (start: int) =
        let last = text.IndexOf('\n', start)
        struct (text.Substring(start, last - start).TrimEnd '\r', last + 1)

    // The first two words of the command at that place, and where the next one begins.
    let private commandAt (text: string) (start: int) =
        let struct (line, next) = lineAt text start

        if line.StartsWith '*' then
            (([], next), [ 1 .. int (line.Substring 1) ])
            ||> List.fold (fun (words, next) number ->
                let struct (length, first) = lineAt text next
                let length = int (length.Substring 1)

                (if number < 3 then
                     text.Substring(first, length).ToUpperInvariant() :: words
                 else
                     words),
                first + length + 2)
            |> fun (words, next) -> List.rev words, next
        else
            List.ofArray (line.ToUpperInvariant().Split ' '), next

    let private note first last words isInTransaction (truth: Truth) =
        let truth =
            if isInTransaction then
                truth
            else
                { truth with
                    Safe = truth.Safe.Add last
                }

        let kept isHousekeeping truth =
            if isHousekeeping && not isInTransaction then
                { truth with
                    Housekeeping = truth.Housekeeping.Add(first, last)
                }
            else
                truth

        match words with
        | [ "SELECT"; database ] -> kept true { truth with Database = int database }
        | [ "REPLCONF"; "GETACK" ] ->
            kept
                true
                { truth with
                    Questions = truth.Questions.Add last
                }
        | [ "PING" ] -> kept true truth
        | [ "MULTI" ]
        | [ "EXEC" ] -> truth
        | _ ->
            { truth with
                Data = truth.Data.Add(last, truth.Database)
            }

    /// Whole commands, and whole transactions, are added.
    let append (bytes: string) (truth: Truth) : Truth =
        let rec read at isInTransaction (truth: Truth) =
            if at = bytes.Length then
                truth
            else
                let words, next = commandAt bytes at
                let isOpen = (isInTransaction || words = [ "MULTI" ]) && words <> [ "EXEC" ]

                truth
                |> note (truth.End + int64 at) (truth.End + int64 next) words isOpen
                |> read next isOpen

        let read = read 0 false truth
        { read with Text = read.Text + bytes }

    /// Bytes are added that are no commands.
    let appendNonsense (bytes: string) (truth: Truth) : Truth =
        let truth = { truth with Text = truth.Text + bytes }

        { truth with
            Safe = truth.Safe.Add truth.End
            Nonsense = truth.Nonsense.Add truth.End
        }

    /// It goes on under another name.
    let rename (id: ReplicationId) (truth: Truth) : Truth =
        let limited =
            match truth.Ids with
            | (latest, _) :: earlier -> (latest, truth.End) :: earlier
            | [] -> []

        { truth with
            Ids = (id, Int64.MaxValue) :: limited
        }

    /// It goes on under another name, and nobody knows the old ones any more.
    let startOver (id: ReplicationId) (truth: Truth) : Truth =
        { truth with
            Ids = [ id, Int64.MaxValue ]
        }
