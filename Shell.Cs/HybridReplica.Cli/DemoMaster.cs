using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using HybridReplica.Core;

namespace HybridReplica.Cli;

/// <summary>Hosts the pure master on loopback, one client at a time. It saves at once, so it needs no clock.</summary>
sealed class DemoMaster : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, port: 0);
    readonly CancellationTokenSource _stop = new();
    readonly MasterSettings _settings = MasterSettings.Of(
        MasterEraModule.redis70,
        MasterHistory.Without(ReplicationId.TryParse(RandomHex()).Value, Offset.NewOffset(0))
    );
    readonly Task _serving;

    /// <summary>Starts to serve a small data set, at a free port.</summary>
    public DemoMaster()
    {
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address => new($"redis://{_listener.LocalEndpoint}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    static string RandomHex() => RandomNumberGenerator.GetHexString(Limits.ReplicationIdLength, lowercase: true);

    async Task ServeAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            await new Host(client.GetStream(), _settings).RunAsync(_stop.Token);
        }
    }

    /// <summary>One client: its bytes become requests, the master's commands become bytes.</summary>
    sealed class Host(NetworkStream stream, MasterSettings settings) : IMasterCommandHandler<ValueTask<MasterEvent?>>
    {
        readonly EofMark _mark = EofMark.TryParse(RandomHex()).Value;
        readonly byte[] _window = new byte[MasterRequest.Longest];
        MasterState _state = MasterState.Initial(settings);
        bool _isOpen = true;

        public async Task RunAsync(CancellationToken stop)
        {
            await StepAsync(MasterEvent.Accepted);
            var filled = 0;
            while (_isOpen)
            {
                while (MasterRequest.TryRead(_window.AsSpan(0, filled), out var request, out var consumed))
                {
                    await StepAsync(EventOf(request));
                    _window.AsSpan(consumed, filled - consumed).CopyTo(_window);
                    filled -= consumed;
                    if (!_isOpen)
                        return;
                }

                var received = await stream.ReadAsync(_window.AsMemory(filled), stop);
                if (received == 0)
                    return;
                filled += received;
            }
        }

        static MasterEvent EventOf(MasterRequest request) =>
            request switch
            {
                MasterRequest.Words asked => MasterEvent.NewAsked(asked.words),
                MasterRequest.Malformed malformed => MasterEvent.NewGarbled(malformed.trouble),
                _ => throw new InvalidOperationException($"There is no such request: {request}"),
            };

        async Task StepAsync(MasterEvent happened)
        {
            for (MasterEvent? next = happened; next is not null; )
            {
                var (state, commands) = Master.Transition(_state, next);
                _state = state;
                next = null;
                foreach (var command in commands)
                    next = await command.Accept(this) ?? next;
            }
        }

        public async ValueTask<MasterEvent?> Say(string line)
        {
            await stream.WriteAsync(MasterEncoding.Line(line));
            return null;
        }

        public async ValueTask<MasterEvent?> SendNewline()
        {
            await stream.WriteAsync("\n"u8.ToArray());
            return null;
        }

        // Nothing is ever written, so nobody will ask for the database of a command.
        public ValueTask<MasterEvent?> Deselect() => default;

        public async ValueTask<MasterEvent?> SendSnapshot(MasterFraming framing, Position position)
        {
            var snapshot = DemoDataSet.EncodeAt(position, DemoDataSet.Keys);
            await stream.WriteAsync(MasterEncoding.Announcement(framing, snapshot.Length, _mark));
            await stream.WriteAsync(snapshot);
            await stream.WriteAsync(MasterEncoding.Ending(framing, _mark));
            return MasterEvent.SnapshotSent;
        }

        public async ValueTask<MasterEvent?> SendStream(string bytes)
        {
            await stream.WriteAsync(MasterEncoding.Stream(bytes));
            return null;
        }

        public ValueTask<MasterEvent?> HangUp()
        {
            _isOpen = false;
            return default;
        }
    }
}
