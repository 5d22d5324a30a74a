namespace HybridReplica.Tests.Rdb

open System
open HybridReplica.Core

/// Puts together whole entries, or parts of them that are not larger than the limit.
type Assembling(limit: int64) =
    let mutable assembly = EntryAssembly.Empty limit

    /// Those that are ready.
    member val Entries = ResizeArray<RdbEntry>()

    interface ITokens with
        member this.Take(scan, token, window, scratch) =
            let struct (next, entry) =
                EntryAssembly.Add(assembly, &scan, &token, ReadOnlySpan window, ReadOnlySpan scratch)

            assembly <- next
            ValueOption.iter this.Entries.Add entry
