/// The core does no IO, looks at no clock, draws no lots and starts no threads: what it refers to says so.
module HybridReplica.Tests.PurityTests

open System
open System.IO
open System.Reflection.Metadata
open System.Reflection.PortableExecutable
open Expecto
open HybridReplica.Core

/// What may never be referred to, by the beginning of its full name.
let private forbidden =
    [
        "System.IO."
        "System.Net."
        "System.Threading."
        "System.Diagnostics.Process"
        "System.Diagnostics.Stopwatch"
        "System.Console"
        "System.Environment"
        "System.DateTime"
        "System.DateTimeOffset"
        "System.TimeProvider"
        "System.Random"
        "System.Guid::NewGuid"
        "System.Security.Cryptography."
        "System.GC"
        "System.AppContext"
        "System.AppDomain"
        "Microsoft.FSharp.Control.FSharpAsync"
        "Microsoft.FSharp.Control.FSharpMailboxProcessor"
        "Microsoft.FSharp.Control.TaskBuilder."
        "Microsoft.FSharp.Core.ExtraTopLevelOperators::PrintFormatLine"
        "Microsoft.FSharp.Core.ExtraTopLevelOperators::PrintFormatToError"
        "Microsoft.FSharp.Core.Operators::Raise"
        "Microsoft.FSharp.Core.Operators::FailWith"
    ]

/// Assembly and full name of a type that another assembly defines.
let rec private nameOf (reader: MetadataReader) (handle: EntityHandle) =
    match handle.Kind with
    | HandleKind.TypeReference ->
        let found = reader.GetTypeReference(TypeReferenceHandle.op_Explicit handle)
        let name = reader.GetString found.Name

        match found.ResolutionScope.Kind with
        | HandleKind.TypeReference ->
            nameOf reader found.ResolutionScope
            |> Option.map (fun (assembly, outer) -> assembly, $"%s{outer}.%s{name}")
        | HandleKind.AssemblyReference ->
            let scope = AssemblyReferenceHandle.op_Explicit found.ResolutionScope
            let assembly = reader.GetString (reader.GetAssemblyReference scope).Name
            Some(assembly, $"%s{reader.GetString found.Namespace}.%s{name}")
        | _ -> None
    | HandleKind.TypeSpecification ->
        // A generic type with arguments: the type itself comes first in its signature.
        let specification = TypeSpecificationHandle.op_Explicit handle

        let mutable signature =
            reader.GetBlobReader (reader.GetTypeSpecification specification).Signature

        if signature.ReadByte() = byte SignatureTypeCode.GenericTypeInstance then
            signature.ReadByte() |> ignore
            nameOf reader (signature.ReadTypeHandle())
        else
            None
    | _ -> None

/// Assembly and full name of every type and member of another assembly that the core refers to.
let private references =
    lazy
        (let path = typeof<State>.Assembly.Location
         use file = new PEReader(File.OpenRead path)
         let reader = file.GetMetadataReader()

         [
             for handle in reader.TypeReferences do
                 match nameOf reader (TypeReferenceHandle.op_Implicit handle) with
                 | Some found -> found
                 | None -> ()
             for handle in reader.MemberReferences do
                 let found = reader.GetMemberReference handle

                 match nameOf reader found.Parent with
                 | Some(assembly, name) -> assembly, $"%s{name}::%s{reader.GetString found.Name}"
                 | None -> ()
         ]
         |> List.distinct
         |> List.sort)

let private starts (name: string) (beginning: string) =
    name.StartsWith(beginning, StringComparison.Ordinal)

let private isOurs assembly =
    List.contains assembly [ "FSharp.Core"; "FParsec"; "FParsecCS" ]

let tests =
    testList
        "purity"
        [
            testCase "the core refers to FSharp.Core, FParsec and the runtime, and to nothing else" (fun () ->
                let others =
                    references.Value
                    |> List.map fst
                    |> List.distinct
                    |> List.filter (fun assembly -> not (isOurs assembly || starts assembly "System."))

                Expect.isEmpty others "other assemblies")
            testCase "the core refers to nothing that has an effect" (fun () ->
                let offences =
                    references.Value
                    |> List.map snd
                    |> List.filter (fun name -> List.exists (starts name) forbidden)

                Expect.isEmpty offences "what it must not refer to")
            testCase "the members of the runtime that the core refers to are the ones agreed on" (fun () ->
                references.Value
                |> List.filter (fun (assembly, name) -> not (isOurs assembly) && name.Contains "::")
                // Attributes do nothing, and the build decides which of them there are.
                |> List.filter (fun (_, name) -> not (name.Contains "Attribute::"))
                |> List.map (fun (assembly, name) -> $"%s{assembly} %s{name}")
                |> Golden.text
                |> Golden.agrees "Tests.Fs/Golden/core-references.txt")
        ]
