/// A log that keeps everything, rendered and field by field.
module HybridReplica.Tests.Shell.LogList

open System
open System.Collections.Generic
open Microsoft.Extensions.Logging

/// One entry: its level, number and name, its sentence and its fields.
[<NoComparison>]
type Entry =
    {
        Level: LogLevel
        Id: EventId
        Sentence: string
        Fields: (string * string) list
    }

/// Collects what is logged.
type LogList() =
    let entries = List<Entry>()

    let fieldsOf (state: objnull) =
        match state with
        | :? IReadOnlyList<KeyValuePair<string, obj | null>> as fields ->
            [ for field in fields -> field.Key, string field.Value ]
        | _ -> []

    let logger =
        { new ILogger with
            member _.BeginScope _ = null
            member _.IsEnabled _ = true

            member _.Log(level, id, state, exn, formatter) =
                lock entries (fun () ->
                    entries.Add
                        {
                            Level = level
                            Id = id
                            Sentence = formatter.Invoke(state, exn)
                            Fields = fieldsOf (box state)
                        })
        }

    /// All entries so far.
    member _.Entries = lock entries (fun () -> List.ofSeq entries)

    /// Everything that is in the log, as one text.
    member this.Text =
        this.Entries
        |> List.map (fun entry -> $"{entry.Id} {entry.Sentence} %A{entry.Fields}")
        |> String.concat "\n"

    interface ILoggerFactory with
        member _.AddProvider _ = ()
        member _.CreateLogger _ = logger
        member _.Dispose() = ()
